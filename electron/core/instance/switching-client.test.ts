import { describe, expect, it } from 'vitest'
import type { LinkState } from '#shared/contract/client'
import { AppError } from '#shared/domain/error'
import type { InstanceClient } from './clients'
import { createSwitchingClient } from './switching-client'

/** A client whose owner the test can end. */
function createEnding(answer: (name: string, input: unknown) => Promise<unknown>) {
  let tell = (_state: LinkState): void => {}
  const client: InstanceClient = {
    call: (name, input) => answer(name, input) as never,
    onEvent: () => () => {},
    onPreview: () => () => {},
    onLink(listener) {
      tell = listener
      listener('open')
      return () => {}
    },
    close() {},
  }
  return { client, end: () => tell('lost') }
}

const broke = (mayHaveArrived: boolean): AppError =>
  new AppError('instance.unreachable', 'The connection broke. Try again.', { detail: { mayHaveArrived } })

describe('a client that outlives its owner', () => {
  it('repeats a question that the lost owner did not answer, with the next one', async () => {
    const first = createEnding(() => {
      queueMicrotask(first.end)
      return Promise.reject(broke(true))
    })
    const second = createEnding((name) => Promise.resolve(`${name} by the second`))
    const client = createSwitchingClient({ first: first.client, next: () => Promise.resolve(second.client) })
    expect(await client.call('engines.list', {})).toBe('engines.list by the second')
  })

  it('does not retry jobs twice when the first may have arrived', async () => {
    let submitted = 0
    const first = createEnding(() => {
      submitted++
      queueMicrotask(first.end)
      return Promise.reject(broke(true))
    })
    const second = createEnding(() => Promise.resolve(submitted++))
    const client = createSwitchingClient({ first: first.client, next: () => Promise.resolve(second.client) })
    await expect(client.call('jobs.retry', { ids: [] })).rejects.toMatchObject({ code: 'instance.unreachable' })
    expect(submitted).toBe(1)
  })

  it.each([
    ['repeats a submission that has its batchId', { batchId: '00000000-0000-4000-8000-000000000001' }, 'taken'],
    ['does not repeat one without', {}, undefined],
  ])('%s', async (_what, more, answer) => {
    const asked: unknown[] = []
    const first = createEnding(() => {
      queueMicrotask(first.end)
      return Promise.reject(broke(true))
    })
    const second = createEnding((name, input) => Promise.resolve(asked.push([name, input]) && 'taken'))
    const client = createSwitchingClient({ first: first.client, next: () => Promise.resolve(second.client) })
    const input = { pictures: [{ pictureId: '00000000-0000-4000-8000-000000000002' }], edits: [], ...more }
    const outcome = await client.call('jobs.submit', input).catch(() => undefined)
    expect(outcome).toBe(answer)
    expect(asked).toEqual(answer === undefined ? [] : [['jobs.submit', input]])
  })

  it('submits again when the first certainly did not arrive', async () => {
    const first = createEnding(() => {
      queueMicrotask(first.end)
      return Promise.reject(broke(false))
    })
    const second = createEnding(() => Promise.resolve('taken'))
    const client = createSwitchingClient({ first: first.client, next: () => Promise.resolve(second.client) })
    expect(await client.call('jobs.retry', { ids: [] })).toBe('taken')
  })

  it('keeps looking, and says how the link is', async () => {
    const first = createEnding(() => Promise.resolve(1))
    const second = createEnding(() => Promise.resolve(2))
    let tries = 0
    const client = createSwitchingClient({
      first: first.client,
      retryMs: 5,
      next: () =>
        ++tries < 4 ? Promise.reject(new AppError('instance.unreachable', 'Nobody. Wait.')) : Promise.resolve(second.client),
    })
    const states: LinkState[] = []
    client.onLink((state) => states.push(state))
    first.end()
    await expect(client.call('engines.list', {})).rejects.toMatchObject({ code: 'instance.unreachable' })
    await expect.poll(() => states).toEqual(['open', 'lost', 'open'])
    expect(await client.call('engines.list', {})).toBe(2)
    expect(tries).toBe(4)
  })

  it('stops looking when it is closed', async () => {
    const first = createEnding(() => Promise.resolve(1))
    let tries = 0
    const client = createSwitchingClient({
      first: first.client,
      retryMs: 1,
      next: () => {
        tries++
        return Promise.reject(new AppError('instance.unreachable', 'Nobody. Wait.'))
      },
    })
    first.end()
    client.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(tries).toBe(1)
    await expect(client.call('engines.list', {})).rejects.toMatchObject({ code: 'canceled' })
  })
})
