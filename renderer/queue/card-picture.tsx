import type { ReactElement } from 'react'
import { useClient } from '../state/context'

/** The small picture on a card of the queue. */
export function CardPicture(props: { assetId: string; className: string }): ReactElement {
  const client = useClient()
  return (
    <img
      // Another picture is another element: a place that was left empty is filled again.
      key={props.assetId}
      src={client.fileUrl(props.assetId, { width: 128 })}
      alt=""
      loading="lazy"
      decoding="async"
      draggable={false}
      // A file that is gone leaves an empty place, not the browser's torn picture.
      onError={(event) => (event.currentTarget.style.visibility = 'hidden')}
      className={props.className}
    />
  )
}
