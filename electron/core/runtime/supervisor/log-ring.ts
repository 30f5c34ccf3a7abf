/** What is kept of a server's output: enough for any traceback. */
const keptCharacters = 50 * 1024
const longestLine = 2_000

/** The last lines of a server's output, whole, oldest first; at most 50 KB. */
export class LogRing {
  #lines: string[] = []
  #size = 0
  #open = ''
  readonly #decoder = new TextDecoder('utf-8')
  readonly #onLine: (line: string) => void

  constructor(onLine: (line: string) => void = () => undefined) {
    this.#onLine = onLine
  }

  /** Takes bytes as they come; what is no UTF-8 becomes a replacement character. A carriage return ends a line: progress bars use it. */
  write(chunk: Uint8Array): void {
    const parts = (this.#open + this.#decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r/)
    this.#open = (parts.pop() ?? '').slice(-longestLine)
    for (const part of parts) this.#push(part.slice(0, longestLine))
  }

  #push(line: string): void {
    this.#lines.push(line)
    this.#size += line.length + 1
    while (this.#size > keptCharacters && this.#lines.length > 1) this.#size -= (this.#lines.shift()?.length ?? 0) + 1
    if (line.trim() !== '') this.#onLine(line)
  }

  /** The lines; with what has no end yet as the last. */
  get lines(): readonly string[] {
    return this.#open === '' ? this.#lines : [...this.#lines, this.#open]
  }

  get text(): string {
    return this.lines.join('\n')
  }
}
