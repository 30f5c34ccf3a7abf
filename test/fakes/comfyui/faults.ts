/** Faults that the double shows on demand; all off by default. Counted ones are used up. */
export interface Faults {
  /** Answer each HTTP request this many milliseconds late. */
  delayMs: number
  /** Milliseconds by which the history is written after the end is announced. */
  historyLateMs: number
  /** Say nothing on the socket, though it stays open and answers pings (the zombie). */
  deafSocket: boolean
  /** Cut the connection instead of answering this many POSTs to /prompt, after having taken the prompt. */
  loseAnswers: number
  /** Cut the connection before taking this many POSTs to /prompt. */
  losePosts: number
  /** Answer this many requests with 500. */
  errors500: number
  /** Send this many broken frames before each real message. */
  garbageFrames: number
  /** Send each message this many times more. */
  duplicates: number
  /** Swap neighbouring messages. */
  outOfOrder: boolean
  /** Fail in the sampler with an out-of-memory error. */
  outOfMemory: boolean
  /** What `/view` answers instead of the picture. */
  view: 'picture' | 'html' | 'half' | 'endless' | 'bomb' | 'redirect'
  /** Name that SaveImage claims to have written. */
  lyingName: string | undefined
}

/** No fault at all. */
export const noFaults: Faults = {
  delayMs: 0,
  historyLateMs: 0,
  deafSocket: false,
  loseAnswers: 0,
  losePosts: 0,
  errors500: 0,
  garbageFrames: 0,
  duplicates: 0,
  outOfOrder: false,
  outOfMemory: false,
  view: 'picture',
  lyingName: undefined,
}
