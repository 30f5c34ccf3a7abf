import { createDownloader } from '#core/download/downloader'

/** Fetches one file and says how long it took and how far memory grew. Arguments: address, target, size, sha256. */
const [url = '', target = '', size = '0', sha256 = ''] = process.argv.slice(2)
const downloader = createDownloader({ environment: {} })
const before = process.memoryUsage.rss()
let most = before
// Not oftener: the thread that is measured has to look.
const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 50)
const began = performance.now()
await downloader.download({ urls: [url], target, size: Number(size), sha256 })
const ms = performance.now() - began
clearInterval(watch)
await downloader.close()
process.stdout.write(`${JSON.stringify({ ms, grownMb: (most - before) / 1e6 })}\n`)
