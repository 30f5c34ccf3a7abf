/** Milliseconds between downloads: browsers drop some of those that start at once. */
const pause = 250

/** Lets the browser download these addresses, one after the other. */
export function startDownloads(urls: readonly string[]): void {
  urls.forEach((url, index) => {
    setTimeout(() => {
      const link = document.createElement('a')
      link.href = url
      link.download = ''
      document.body.append(link)
      link.click()
      link.remove()
    }, index * pause)
  })
}
