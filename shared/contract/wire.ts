import { z } from 'zod'
import type { Envelope } from './envelope'
import type { AppEvent } from './events'

/**
 * The one socket protocol, spoken by the server shell, by the instance listener of a data folder's owner, and by their clients.
 * Text messages are the JSON below; a binary message is a preview frame (see preview-frame). Calls may be answered in any order.
 */
export const clientMessageSchema = z.object({
  type: z.literal('call'),
  /** Chosen by the client, unique within its connection. */
  id: z.int().min(0),
  name: z.string().max(64),
  input: z.unknown(),
})
export type ClientMessage = z.infer<typeof clientMessageSchema>

/** What the owner sends; clients trust their owner (they hold its token), so there is no schema to run here. */
export type ServerMessage =
  | { type: 'hello'; epoch: string; version: string }
  | { type: 'answer'; id: number; envelope: Envelope<unknown> }
  | { type: 'event'; event: AppEvent }
  /** Sent every {@link beatIntervalMs}: script in a browser cannot see the socket's own pings, and must notice a dead peer. */
  | { type: 'beat' }

/** Socket subprotocol; the token travels beside it as a second one, `recast.token.<token>`, because browsers can set no header. */
export const wireProtocol = 'recast.v1'
export const tokenProtocolPrefix = 'recast.token.'

/** Longest text message that the owner takes (bytes): a submission of 10,000 pictures fits. */
export const maxMessageBytes = 4 * 1024 * 1024

/** How often the owner says that it is there (milliseconds). A client that hears nothing for three of them reconnects. */
export const beatIntervalMs = 5_000

/** Reasons of ours for closing a socket (RFC 6455 leaves 4000–4999 to applications). */
export const closeCodes = {
  /** RFC 6455: the owner is ending. */
  goingAway: 1001,
  /** RFC 6455: a message that breaks the protocol. */
  badMessage: 1008,
  /** The token is not (or no longer) the right one: trying again is no use. */
  denied: 4401,
  /** The receiver did not keep up with the events; it connects again and takes a snapshot. */
  slow: 4408,
} as const
