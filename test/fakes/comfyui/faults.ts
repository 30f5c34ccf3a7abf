/**
 * What `/view` sends: the picture, a login page, half of it, bytes without end, two gigabytes by its own word, pixels or text that
 * would fill the memory, a redirect, another size, a byte now and then.
 */
export type ViewFault =
  'picture' | 'html' | 'half' | 'endless' | 'huge' | 'bomb' | 'text_bomb' | 'redirect' | 'wrong_size' | 'drip'

/** Faults that the double shows on demand; all off by default. Counted ones are used up. */
export interface Faults {
  /** Answer each HTTP request this many milliseconds late. */
  delayMs: number
  /** Milliseconds by which the history is written after the end is announced. */
  historyLateMs: number
  /** Drop the socket at every so many messages; 0: never. */
  dropSocketAfter: number
  /** Say nothing on the socket, though it stays open and answers pings (the zombie). */
  deafSocket: boolean
  /** Cut the connection instead of answering this many POSTs to /prompt, after having taken the prompt. */
  loseAnswers: number
  /** Cut the connection before taking this many POSTs to /prompt. */
  losePosts: number
  /** Answer this many requests with 500. */
  errors500: number
  /** Break this many JSON answers off in the middle. */
  halfAnswers: number
  /** Answer `GET /queue` and `GET /history` with JSON that never ends. */
  endlessJson: boolean
  /** Answer a posted prompt with a redirect to another host, and take nothing. */
  redirectPosts: boolean
  /** Send frames as fast as they go while a prompt runs. */
  floodFrames: boolean
  /** Send one frame of this many bytes at a prompt's start. */
  giantFrameBytes: number
  /** Send this many broken frames before each real message. */
  garbageFrames: number
  /** Send each message this many times more. */
  duplicates: number
  /** Swap neighbouring messages. */
  outOfOrder: boolean
  /** Fail in the sampler with an out-of-memory error. */
  outOfMemory: boolean
  /** What `/view` answers instead of the picture. */
  view: ViewFault
  /** Name that SaveImage claims to have written. */
  lyingName: string | undefined
}

/** No fault at all. */
export const noFaults: Faults = {
  delayMs: 0,
  historyLateMs: 0,
  dropSocketAfter: 0,
  deafSocket: false,
  loseAnswers: 0,
  losePosts: 0,
  errors500: 0,
  halfAnswers: 0,
  endlessJson: false,
  redirectPosts: false,
  floodFrames: false,
  giantFrameBytes: 0,
  garbageFrames: 0,
  duplicates: 0,
  outOfOrder: false,
  outOfMemory: false,
  view: 'picture',
  lyingName: undefined,
}
