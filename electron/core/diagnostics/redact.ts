import { homedir } from 'node:os'

/** What stands where a secret was. */
export const redacted = '[redacted]'

/** Field names whose value is a secret, whatever it looks like. */
const secretName =
  /^(authorization|proxy-authorization|cookie|set-cookie|password|passphrase|secret|token|api[-_]?key|.*[-_](token|secret|password|key))$/i
/** camelCase forms of the same: accessToken, apiKey, clientSecret. `jobKey` and other harmless keys are lost with them, which is the safe side. */
const secretCamel = /[a-z](Token|Secret|Password|ApiKey)$/

/** Secrets inside running text: our socket subprotocol, the hub's access tokens, bearer and basic headers, credentials and token parameters in addresses. */
const secretTexts: readonly [RegExp, string][] = [
  [/recast\.token\.[\w-]+/g, `recast.token.${redacted}`],
  [/\bhf_[A-Za-z0-9]{8,}/g, redacted],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${redacted}`],
  // Up to the last @: a password that holds one leaves nothing behind.
  [/(:\/\/)[^\s/?#"'<>]+@/g, `$1${redacted}@`],
  [/([?&#](?:token|api[-_]?key|access_token|password|signature)=)[^&\s#"']+/gi, `$1${redacted}`],
]

/** Values that were told to be secrets, longest first, so that one within another leaves nothing behind. */
let secretValues: string[] = []
/** Shorter ones would turn harmless words into `[redacted]`. */
const shortestSecret = 5

/**
 * Names a value that no log line or message of this process may ever show, wherever it comes up: a header of a server, also the part
 * after its scheme (`Bearer …`), and the user and password that a `Basic …` stands for.
 */
export function keepSecret(value: string): void {
  const parts = [value, ...value.split(/\s+/).slice(1), ...credentialsOf(value)]
    .map((part) => part.trim())
    .filter((part) => part.length >= shortestSecret)
  secretValues = [...new Set([...secretValues, ...parts])].toSorted((a, b) => b.length - a.length)
}

/** `user:password` and the password alone, out of a Basic header (RFC 7617). */
function credentialsOf(value: string): string[] {
  const encoded = /^basic\s+([\w+/=-]+)$/i.exec(value.trim())?.[1]
  if (encoded === undefined) return []
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  return [pair, pair.slice(pair.indexOf(':') + 1)]
}

/** A text without the values of {@link keepSecret}; for messages that leave the process. */
function withoutSecrets(text: string): string {
  let clean = text
  for (const secret of secretValues) if (clean.includes(secret)) clean = clean.replaceAll(secret, redacted)
  return clean
}

/** Plain JSON without the values of {@link keepSecret}. */
export function secretsRemoved<T>(value: T): T {
  if (typeof value === 'string') return withoutSecrets(value) as T
  if (Array.isArray(value)) return value.map((item: unknown) => secretsRemoved(item)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, secretsRemoved(item as unknown)])) as T
}

/** Deeper than this, a value is replaced by a word: log lines are for reading. */
const maxDepth = 6
const maxText = 4_000

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

/** Makes the function that takes secrets and the home folder (as `~`) out of texts. */
export function textRedactor(home: string = homedir()): (text: string) => string {
  // A root home ("/" or "C:\") would turn every path into a tilde.
  const homePattern = home.length > 3 ? new RegExp(`${escapeRegExp(home)}(?=$|[\\\\/\\s"':,)])`, 'g') : undefined
  return (text) => {
    const whole = withoutSecrets(text)
    let clean = whole.length > maxText ? `${whole.slice(0, maxText)}… (${whole.length} characters)` : whole
    for (const [pattern, replacement] of secretTexts) clean = clean.replace(pattern, replacement)
    return homePattern ? clean.replace(homePattern, '~') : clean
  }
}

/**
 * Makes the function that turns any value into one that may be written to a log: plain JSON, secrets replaced, home path shortened,
 * errors as {type, message, code, stack, cause}, bytes as their number, cycles and great depth cut. Never throws.
 */
export function valueRedactor(home?: string): (value: unknown) => unknown {
  const cleanText = textRedactor(home)

  function clean(value: unknown, depth: number, above: readonly object[]): unknown {
    if (typeof value === 'string') return cleanText(value)
    if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
    if (typeof value === 'function') return '[function]'
    if (typeof value !== 'object' || value === null) return value
    if (above.includes(value)) return '[cycle]'
    if (depth >= maxDepth) return '[deep]'
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
    const path = [...above, value]
    if (value instanceof Error) {
      const { name, message, stack, cause, ...rest } = value
      return {
        type: name,
        message: cleanText(message),
        ...(clean(rest, depth + 1, path) as object),
        ...(stack ? { stack: cleanText(stack) } : {}),
        ...(cause === undefined ? {} : { cause: clean(cause, depth + 1, path) }),
      }
    }
    if (Array.isArray(value)) return value.slice(0, 100).map((item) => clean(item, depth + 1, path))
    const fields: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(value)) {
      fields[name] = secretName.test(name) || secretCamel.test(name) ? redacted : clean(field, depth + 1, path)
    }
    return fields
  }

  return (value) => {
    try {
      return clean(value, 0, [])
    } catch {
      // A getter or proxy that throws must not end the work that is being logged.
      return '[unreadable]'
    }
  }
}
