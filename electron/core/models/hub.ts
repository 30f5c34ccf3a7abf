import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#shared/domain/error'
import { keepSecret } from '../diagnostics/redact'
import { checkAddress } from '../download/http-source'
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
export function createHub({ dataDir, endpoint, mirrors, environment }: HubOptions): Hub {
  const path = join(dataDir, tokenFile)
  const named = (): string => environment['HF_ENDPOINT']?.trim() || officialHub
  const given = environment['HF_TOKEN']?.trim()
  if (given) keepSecret(given)
  const main = (): string => endpoint().trim() || named()
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
      const text = await readFile(path, 'utf8').catch(() => undefined)
      if (text === undefined) return own
      try {
        const { origin, token } = JSON.parse(text) as { origin?: unknown; token?: unknown }
        if (typeof origin !== 'string' || typeof token !== 'string') return own
        keepSecret(token)
        return { ...own, [origin]: token }
      } catch {
        return own
      }
    },
    async setToken(token) {
      if (token === '') return rm(path, { force: true })
      if (!/^[\x21-\x7e]{1,512}$/.test(token)) {
        throw new AppError(
          'input.invalid',
          'This is no access token: it has spaces or other characters. Copy it again from the hub.',
        )
      }
      keepSecret(token)
      await writeFile(path, JSON.stringify({ origin: originOf(main()), token }), { mode: 0o600 })
      // A file that was there keeps its mode.
      await chmod(path, 0o600)
    },
  }
}

function originOf(endpoint: string): string {
  return checkAddress(endpoint).origin
}
