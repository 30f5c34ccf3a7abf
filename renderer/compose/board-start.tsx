import type { ReactElement, ReactNode } from 'react'

/** An empty board: what comes here and how. */
export function BoardStart(props: { icon: ReactNode; title: string; text: string; children?: ReactNode }): ReactElement {
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-2 p-8 text-center" data-testid="board-start">
      <span className="mb-1 flex size-11 items-center justify-center rounded-full bg-panel text-muted">{props.icon}</span>
      <h2 className="text-l font-semibold">{props.title}</h2>
      <p className="max-w-110 text-balance text-muted">{props.text}</p>
      {props.children}
    </div>
  )
}
