import { describe, expect, test } from 'vitest'
import type { Retry } from '#shared/domain/error'
import { awayState, longestWakeMs } from './away'

describe('a server that gave no good answer', () => {
  const table: [string, Retry, Record<string, unknown>, number, string][] = [
    ['nobody listens', 'auto', { why: 'ECONNREFUSED' }, 0, 'offline'],
    ['no packet comes back', 'auto', { why: 'UND_ERR_CONNECT_TIMEOUT' }, 0, 'offline'],
    ['a gateway without its machine', 'auto', { status: 502 }, 0, 'waking'],
    ['a gateway that asks to come back', 'auto', { status: 503 }, 30_000, 'waking'],
    ['a gateway that waited in vain', 'auto', { status: 504 }, 60_000, 'waking'],
    ['a host that holds the request', 'auto', { why: 'UND_ERR_HEADERS_TIMEOUT' }, 30_000, 'waking'],
    ['still waking after ten minutes', 'auto', { status: 503 }, longestWakeMs, 'offline'],
    ['a crash in the server', 'auto', { status: 500 }, 0, 'offline'],
    ['a login', 'user', { status: 401 }, 0, 'failed'],
    ['no ComfyUI', 'user', { status: 503 }, 0, 'failed'],
  ]
  test.each(table)('%s', (_name, retry, detail, awayMs, state) => expect(awayState({ retry, detail }, awayMs)).toBe(state))
})
