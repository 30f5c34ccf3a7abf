/** Lets at most so many tasks run at a time; the others wait in order. */
export interface Gate {
  run<T>(task: () => Promise<T>): Promise<T>
}

/** Makes a gate for `width` tasks at a time. */
export function gate(width: number): Gate {
  let free = width
  const waiting: (() => void)[] = []
  return {
    async run(task) {
      if (free > 0) free -= 1
      else await new Promise<void>((go) => waiting.push(go))
      try {
        return await task()
      } finally {
        const next = waiting.shift()
        // The place is handed on, not given back, so nobody slips in between.
        if (next) next()
        else free += 1
      }
    },
  }
}
