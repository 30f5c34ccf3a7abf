import { describe, expect, it } from 'vitest'
import { createSessions } from './sessions'

describe('sessions', () => {
  it('makes secrets of 256 bits, all different', () => {
    const sessions = createSessions()
    const secrets = [sessions.token, sessions.fileSecret, sessions.issueTicket(), sessions.issueTicket()]
    expect(new Set(secrets).size).toBe(4)
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url').byteLength).toBe(32)
  })

  it('keeps the powers of each secret apart', () => {
    const sessions = createSessions()
    const ticket = sessions.issueTicket()
    expect([sessions.isToken(sessions.token), sessions.isToken(sessions.fileSecret), sessions.isToken(ticket)]).toEqual([
      true,
      false,
      false,
    ])
    expect([sessions.isFileSecret(sessions.token), sessions.isFileSecret(sessions.fileSecret)]).toEqual([false, true])
    expect([sessions.isTicket(sessions.token), sessions.isTicket(ticket), sessions.isTicket('')]).toEqual([false, true, false])
  })

  it('redeems a ticket once, and not when it is old', () => {
    let now = 0
    const sessions = createSessions(undefined, () => now)
    const [first, second] = [sessions.issueTicket(), sessions.issueTicket()]
    expect([sessions.redeem(first), sessions.redeem(first)]).toEqual([true, false])
    now = 120_000
    expect(sessions.isTicket(second)).toBe(false)
    expect(sessions.redeem(second)).toBe(false)
  })

  it('forgets the oldest tickets when many are issued', () => {
    const sessions = createSessions()
    const tickets = Array.from({ length: 20 }, () => sessions.issueTicket())
    expect(tickets.filter((ticket) => sessions.isTicket(ticket))).toEqual(tickets.slice(-8))
  })
})
