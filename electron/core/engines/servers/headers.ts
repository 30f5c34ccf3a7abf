import { serverLimits } from '#shared/domain/engine'
import { AppError } from '#shared/domain/error'

/** RFC 9110, 5.6.2: the characters of a field name. */
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** RFC 9110, 5.5: visible characters, spaces and tabs between them. Line breaks would add headers of their own. */
const fieldValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
/** Headers that make the connection what it is: setting them breaks it or smuggles a second request. */
const ours = new Set([
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'sec-websocket-key',
  'sec-websocket-version',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Checks headers for a server and answers them trimmed. Throws `input.invalid`; its words name the header, never the value, because the
 * value is a secret.
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.trim(), value.trim()] as const)
  if (entries.length > serverLimits.headers) throw bad(`At most ${serverLimits.headers} headers fit a server.`)
  const seen = new Set<string>()
  for (const [name, value] of entries) {
    if (!fieldName.test(name)) throw bad(`A header's name has letters, digits and dashes only; write it as "Name: value".`)
    const key = name.toLowerCase()
    if (seen.has(key)) throw bad(`The header ${name} is given twice. Give it once.`)
    seen.add(key)
    if (ours.has(key)) throw bad(`The header ${name} is set by the connection itself. Leave it out.`)
    if (value === '') throw bad(`The header ${name} has no value. Write it as "${name}: value".`)
    if (!fieldValue.test(value)) throw bad(`The value of the header ${name} has characters that no header may have.`)
  }
  return Object.fromEntries(entries)
}

/** Checks that a text is PEM with a certificate in it. Throws `input.invalid`. */
export function checkCertificate(pem: string): string {
  if (/-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(pem)) {
    // A private key in the same file would be stored for nothing.
    if (!/PRIVATE KEY-----/.test(pem)) return pem
    throw bad('That file holds a private key. Give the certificate of the authority alone.')
  }
  throw bad('That is no certificate in PEM form ("-----BEGIN CERTIFICATE-----"). Give the file of the certificate authority.')
}

function bad(message: string): AppError {
  return new AppError('input.invalid', message, { detail: { field: 'headers' } })
}
