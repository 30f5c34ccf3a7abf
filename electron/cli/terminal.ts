/** Where a command writes: results to `out`, everything else to `err`. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  readonly outIsTty: boolean
  readonly errIsTty: boolean
  /** Size of the terminal behind `err`. */
  readonly columns: number
  readonly rows: number
  /** Resolves when everything written has left the process. */
  flush(): Promise<void>
}

type Output = Pick<NodeJS.WriteStream, 'write' | 'on' | 'isTTY' | 'columns' | 'rows'>

/**
 * The process's own terminal. A reader that goes away (`recast jobs | head`) is no error: what is written after that is dropped,
 * and the work goes on.
 */
export function processTerminal(stdout: Output = process.stdout, stderr: Output = process.stderr): Terminal {
  const gone = new Set<Output>()
  for (const stream of [stdout, stderr]) {
    stream.on('error', () => gone.add(stream))
  }
  const write = (stream: Output, text: string): void => {
    if (!gone.has(stream)) stream.write(text)
  }
  const flushed = (stream: Output): Promise<void> =>
    new Promise((resolve) => {
      if (gone.has(stream)) return resolve()
      // Its callback comes after those of everything written before, also with an error.
      stream.write('', () => resolve())
    })
  return {
    out: (text) => write(stdout, text),
    err: (text) => write(stderr, text),
    outIsTty: stdout.isTTY,
    errIsTty: stderr.isTTY,
    get columns() {
      return stderr.columns || 80
    },
    get rows() {
      return stderr.rows || 24
    },
    async flush() {
      await Promise.all([flushed(stdout), flushed(stderr)])
    },
  }
}
