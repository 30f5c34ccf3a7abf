import { useEffect, useRef, type ReactElement } from 'react'
import { poseFromPhoto } from '#shared/views/relative-pose'
import type { Pose } from '#shared/domain/view'
import { cardTransform } from './card-transform'
import type { LivePose } from './live-pose'

/** Thickness of the card in longer sides, as the draft engine has it. */
const thickness = 0.018

/** The photo as a card in space, seen by the camera, turning with it: what the draft engine would give. Moved by CSS alone. */
export function DraftCard(props: {
  live: LivePose
  photo: Pose
  photoUrl: string | undefined
  /** Width of the place, CSS pixels; its height follows the photo. */
  width: number
  height: number
}): ReactElement {
  const { live, photo, photoUrl, width, height } = props
  const stage = useRef<HTMLDivElement>(null)
  const card = useRef<HTMLDivElement>(null)
  const side = Math.max(width, height)
  useEffect(() => {
    const show = (pose: Pose): void => {
      const { perspective, transform } = cardTransform(poseFromPhoto(pose, photo), side)
      if (stage.current) stage.current.style.perspective = perspective
      if (card.current) card.current.style.transform = transform
    }
    show(live.get())
    return live.subscribe(show)
  }, [live, photo, side])
  const depth = Math.max(2, side * thickness)
  return (
    <div
      ref={stage}
      className="relative mx-auto shrink-0 overflow-hidden"
      style={{ width, height }}
      aria-hidden
      data-testid="draft-card"
    >
      <div ref={card} className="absolute inset-0 transform-3d will-change-transform">
        <div className="absolute inset-0 bg-line backface-hidden" style={{ transform: `translateZ(${depth / 2}px)` }}>
          {photoUrl ? <img src={photoUrl} alt="" draggable={false} className="size-full object-fill" /> : null}
        </div>
        <div
          className="absolute inset-0 bg-edge backface-hidden"
          style={{ transform: `rotateY(180deg) translateZ(${depth / 2}px)` }}
        >
          {photoUrl ? (
            <img src={photoUrl} alt="" draggable={false} className="size-full -scale-x-100 object-fill opacity-45" />
          ) : null}
        </div>
        {[-1, 1].map((end) => (
          <div
            key={end}
            className="absolute inset-y-0 left-1/2 bg-edge"
            style={{ width: depth, marginLeft: -depth / 2, transform: `translateX(${(end * width) / 2}px) rotateY(90deg)` }}
          />
        ))}
        {[-1, 1].map((end) => (
          <div
            key={end}
            className="absolute inset-x-0 top-1/2 bg-edge"
            style={{ height: depth, marginTop: -depth / 2, transform: `translateY(${(end * height) / 2}px) rotateX(90deg)` }}
          />
        ))}
      </div>
    </div>
  )
}
