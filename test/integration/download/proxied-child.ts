// One download in a process of its own, whose environment names a proxy and a certificate. Arguments: address, target, sha256, token or `-`.
import { createDownloader } from '#core/download/downloader'
import { toAppError } from '#shared/domain/error'

const [url = '', target = '', sha256 = '', token = '-'] = process.argv.slice(2)
const downloader = createDownloader({ retryMs: 5, idleMs: 500, connectMs: 1_500 })
const tokens = token === '-' ? {} : { [new URL(url).origin]: token }
const answer = await downloader.download({ urls: [url], target, sha256, tokens }).catch((thrown: unknown) => {
  const { code, message } = toAppError(thrown)
  return { code, message }
})
process.stdout.write(JSON.stringify(answer))
await downloader.close()
