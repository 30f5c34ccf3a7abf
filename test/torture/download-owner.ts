import { createDownloader } from '#core/download/downloader'

/** A process that fetches one file, to be killed at any moment. Arguments: address, target, size, sha256, or `-` for no hash. */
const [url = '', target = '', size = '0', sha256 = '-'] = process.argv.slice(2)
const downloader = createDownloader({ environment: {} })
process.stdout.write('started\n')
const done = await downloader.download({ urls: [url], target, size: Number(size), ...(sha256 === '-' ? {} : { sha256 }) })
process.stdout.write(`${JSON.stringify(done)}\n`)
await downloader.close()
