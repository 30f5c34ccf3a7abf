import { describe, expect, it } from 'vitest'
import { AppError } from '#shared/domain/error'
import { createSession, secretOf } from './session'

const token = 't'.repeat(43)

function browser(hash: string, answer: () => Response | Promise<Response>, remembered?: string) {
  const stored = new Map<string, string>(remembered === undefined ? [] : [['recast.token', remembered]])
  const asked: [unknown, RequestInit | undefined][] = []
  let cleared = 0
  return {
    stored,
    asked,
    cleared: () => cleared,
    session: createSession({
      origin: 'http://127.0.0.1:4747',
      hash,
      clearHash: () => cleared++,
      storage: {
        getItem: (key) => stored.get(key) ?? null,
        setItem: (key, value) => void stored.set(key, value),
        removeItem: (key) => void stored.delete(key),
      },
      fetch: (url, init) => {
        asked.push([url, init])
        return Promise.resolve().then(answer)
      },
    }),
  }
}
const granted = () => Response.json({ ok: true, value: { token } })
const errorOf = (promise: Promise<unknown>) =>
  promise.then(String, (error: unknown) => (error instanceof AppError ? error.code : String(error)))

describe('the secret in the address', () => {
  it.each([
    [`#token=${token}`, { kind: 'token', value: token }],
    [`#ticket=${token}`, { kind: 'ticket', value: token }],
    ['#token=short', undefined],
    [`#token=${token}&x=1`, undefined],
    [`#other=${token}`, undefined],
    ['#', undefined],
    ['', undefined],
  ])('%s', (hash, secret) => {
    expect(secretOf(hash)).toEqual(secret)
  })
})

describe('a session', () => {
  it('takes the token out of the address at once, keeps it for this tab, and sends it as a header only', async () => {
    const { session, stored, asked, cleared } = browser(`#token=${token}`, granted)
    expect(cleared()).toBe(1)
    expect(stored.get('recast.token')).toBe(token)
    expect(await session.ensure()).toBe(token)
    expect(asked).toEqual([['http://127.0.0.1:4747/session', { method: 'POST', headers: { authorization: `Bearer ${token}` } }]])
  })

  it('exchanges a ticket for the token and never stores the ticket', async () => {
    const { session, stored } = browser(`#ticket=${'x'.repeat(43)}`, granted)
    expect(stored.size).toBe(0)
    expect(session.token).toBeUndefined()
    expect(await session.ensure()).toBe(token)
    expect(stored.get('recast.token')).toBe(token)
    expect(session.token).toBe(token)
  })

  it('goes on with the remembered token after a reload', async () => {
    const { session, asked, cleared } = browser('', granted, token)
    expect(await session.ensure()).toBe(token)
    expect([asked.length, cleared()]).toEqual([1, 0])
  })

  it('is denied without any, asking nobody', async () => {
    const { session, asked } = browser('', granted)
    expect(await errorOf(session.ensure())).toBe('auth.denied')
    expect(asked).toEqual([])
  })

  it('forgets a token that is refused', async () => {
    const { session, stored } = browser('', () => new Response(null, { status: 401 }), token)
    expect(await errorOf(session.ensure())).toBe('auth.denied')
    expect(stored.size).toBe(0)
  })

  it.each<[string, () => Response | Promise<Response>]>([
    ['nobody answers', () => Promise.reject(new TypeError('fetch failed'))],
    ['the server is busy', () => new Response(null, { status: 429 })],
  ])('keeps its token while %s', async (_, answer) => {
    const { session, stored } = browser('', answer, token)
    expect(await errorOf(session.ensure())).toBe('instance.unreachable')
    expect(stored.get('recast.token')).toBe(token)
  })
})
