import type { ReactElement, ReactNode } from 'react'

/** One setting: its name, its control, and below them what it means. */
export function Row(props: { name: string; hint?: string | undefined; children: ReactNode }): ReactElement {
  return (
    <div className="grid min-h-11 grid-cols-[168px_1fr] items-center gap-x-4 py-1">
      <span className="text-muted">{props.name}</span>
      <div className="flex min-w-0 items-center gap-3 [&>div.flex-col]:flex-1">{props.children}</div>
      {props.hint ? <p className="col-start-2 pt-1 text-s text-muted">{props.hint}</p> : null}
    </div>
  )
}
