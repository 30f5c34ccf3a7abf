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

/** Socket subprotocol; the token travels beside it as a second one, `recast.token.<token>`, because browsers can set no header. */
export const wireProtocol = 'recast.v1'
export const tokenProtocolPrefix = 'recast.token.'

/** Longest text message that the owner takes (bytes): a submission of 10,000 pictures fits. */
export const maxMessageBytes = 4 * 1024 * 1024
