import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/domain/error'
import { saveFile } from '../assets/durable-file'
import { keepSecret } from '../diagnostics/redact'
import { checkAddress } from '../download/http-source'
import type { SecretVault } from '../secrets/vault'
import { modelUrl } from '../workflows/model-match'
import type { Model } from '../workflows/workflow-schema'

/** Where models come from when nothing else is set. */
const officialHub = 'https://huggingface.co'
/** File in the data folder that holds the access token, readable by its user only. */
const tokenFile = 'model-token.json'

/** Where models are asked for. */
export interface HubOptions {
  dataDir: string
  /** The user's setting: empty for the environment's HF_ENDPOINT, else the official hub. */
  endpoint: () => string
  /** Endpoints that are asked after it, in order; they never see a token. */
  mirrors: () => readonly string[]
  environment: Readonly<Record<string, string | undefined>>
  /** Seals the token; absent: the file has it as it is, readable by its user only. */
  vault: SecretVault | undefined
}

/** A hub with its mirrors and the token for it. */
export interface Hub {
  endpoint(): string
  /** Addresses of a model, best first; `first` is an endpoint that goes before all others. None for what only the user can bring. */
  addresses(model: Model, first?: string): string[]
  /** Its page, for people. */
  page(model: Model): string | undefined
  /** Tokens by origin, for the downloader: HF_TOKEN or the stored one, for the endpoint that it was given for. */
  tokens(): Promise<Record<string, string>>
  /** Stores a token for the endpoint of now; an empty one is forgotten. */
  setToken(token: string): Promise<void>
}

/** Makes the hub. */
export function createHub({ dataDir, endpoint, mirrors, environment, vault }: HubOptions): Hub {
  const path = join(dataDir, tokenFile)
  const named = (): string => environment['HF_ENDPOINT']?.trim() || officialHub
  const given = environment['HF_TOKEN']?.trim()
  if (given) keepSecret(given)
  const main = (): string => endpoint().trim() || named()
  /** What the keychain gave for a sealed token: it is asked once. */
  let opened: { sealed: string; token: string } | undefined
  let sealing: Promise<void> | undefined

  const read = (): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined)

  /** @param only what the file must say still: another token that was given meanwhile stays */
  async function store(origin: string, token: string, only?: string): Promise<void> {
    const kept = vault ? { origin, sealed: await vault.seal(token) } : { origin, token }
    if (only === undefined || (await read()) === only) await saveFile(path, JSON.stringify(kept))
  }

  async function open({ origin, sealed }: { origin: string; sealed: string }, file: string): Promise<string | undefined> {
    if (opened?.sealed === sealed) return opened.token
    if (!vault) return undefined
    const { text, renew } = await vault.reveal(sealed)
    // What a damaged keychain gives instead is no login to send to anybody.
    if (!isToken(text)) return undefined
    opened = { sealed, token: text }
    if (renew) await store(origin, text, file).catch(() => undefined)
    return text
  }

  /** Has the keychain seal a token that a Recast without one has left open; it is asked once. */
  function sealOpen({ origin, token }: { origin: string; token: string }, file: string): void {
    if (vault) sealing ??= store(origin, token, file).catch(() => undefined)
  }

  return {
    endpoint: main,
    addresses(model, first) {
      const endpoints = [...(first ? [first] : []), main(), ...mirrors()]
      return [...new Set(endpoints.flatMap((one) => modelUrl(model, one) ?? []))]
    },
    page: (model) => (model.source ? `${main().replace(/\/+$/, '')}/${model.source.repo}` : undefined),
    async tokens() {
      // The environment's token belongs to the environment's endpoint: a mirror that was set in Recast must not see it.
      const own = given ? { [originOf(named())]: given } : {}
      const text = await read()
      if (text === undefined) return own
      const stored = readStored(text)
      if (!stored) return own
      // One that the keychain does not give counts as none: what needs it says so, and to set it once more.
      const token = stored.sealed === undefined ? stored.token : await open(stored, text).catch(() => undefined)
      if (stored.sealed === undefined) sealOpen(stored, text)
      if (token === undefined) return own
      keepSecret(token)
      return { ...own, [stored.origin]: token }
    },
    async setToken(token) {
      if (token === '') return rm(path, { force: true })
      if (!isToken(token)) {
        throw new AppError(
          'input.invalid',
          'This is no access token: it has spaces or other characters. Copy it again from the hub.',
        )
      }
      keepSecret(token)
      await store(originOf(main()), token)
    },
  }
}

const isToken = (text: string): boolean => /^[\x21-\x7e]{1,512}$/.test(text)

function originOf(endpoint: string): string {
  return checkAddress(endpoint).origin
}

type Stored = { origin: string; token: string; sealed?: undefined } | { origin: string; sealed: string }

/** The token's file; undefined for one that says nothing. */
function readStored(text: string): Stored | undefined {
  try {
    const { origin, token, sealed } = JSON.parse(text) as Record<string, unknown>
    if (typeof origin !== 'string') return undefined
    if (typeof sealed === 'string') return { origin, sealed }
    return typeof token === 'string' ? { origin, token } : undefined
  } catch {
    return undefined
  }
}
