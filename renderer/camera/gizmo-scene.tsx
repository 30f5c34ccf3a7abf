/* oxlint-disable react/no-unknown-property -- three's objects, not the page's */
import { createRoot, extend, useFrame, useThree, type ReconcilerRoot } from '@react-three/fiber'
import { useEffect, useMemo, useRef, useState, type ReactElement } from 'react'
import {
  BoxGeometry,
  BufferGeometry,
  CylinderGeometry,
  EdgesGeometry,
  Float32BufferAttribute,
  Group,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  AmbientLight,
  DirectionalLight,
  PerspectiveCamera,
  PlaneGeometry,
  SphereGeometry,
  SRGBColorSpace,
  TextureLoader,
  TorusGeometry,
  type Texture,
} from 'three'
import type { Pose } from '#shared/domain/view'
import {
  arcEnds,
  fieldOfView,
  photoSide,
  radiusOf,
  ring,
  ringPoint,
  viewer,
  viewerPoint,
  type Axis,
  type Size,
} from './camera-space'
import type { GizmoDrawing } from './gizmo-drawing'

// Only what is used: the whole of three would be three times as much to load.
extend({
  BoxGeometry,
  BufferGeometry,
  CylinderGeometry,
  EdgesGeometry,
  Float32BufferAttribute,
  Group,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  AmbientLight,
  DirectionalLight,
  PlaneGeometry,
  SphereGeometry,
  TorusGeometry,
})

const radians = (degrees: number): number => (degrees * Math.PI) / 180
/** A canvas of this many pixels is what software rendering draws often enough. */
const maxPixelRatio = 1.5

/** The gizmo drawn by three. Draws a picture only when the pose, the photo or the colours are others than before. */
export default function GizmoScene(props: GizmoDrawing & { onLost: () => void }): ReactElement {
  const host = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  const root = useRef<{ draw: () => void } | undefined>(undefined)
  const { width, height } = props.size

  useEffect(() => {
    latest.current = props
    root.current?.draw()
  })
  useEffect(() => {
    const place = host.current
    if (!place) return undefined
    // A canvas of its own for each life: the renderer takes its context away for good at the end.
    const canvas = document.createElement('canvas')
    canvas.dataset['testid'] = 'camera-canvas'
    canvas.className = 'size-full'
    place.append(canvas)
    const lost = (event?: Event): void => {
      event?.preventDefault()
      latest.current.onLost()
    }
    canvas.addEventListener('webglcontextlost', lost)
    const camera = new PerspectiveCamera()
    let reconciler: ReconcilerRoot<HTMLCanvasElement> | undefined
    let ended = false
    const drawn = (frames: number): void => void (canvas.dataset['frames'] = String(frames))
    const draw = (): void => {
      if (reconciler && !ended) reconciler.render(<Scene {...latest.current} drawn={drawn} />)
    }
    const start = async (): Promise<void> => {
      reconciler = createRoot(canvas)
      aim(camera, latest.current.size)
      const { size } = latest.current
      await reconciler.configure({
        frameloop: 'demand',
        flat: true,
        dpr: Math.min(devicePixelRatio, maxPixelRatio),
        size: { ...size, top: 0, left: 0 },
        camera,
        gl: { canvas, alpha: true, antialias: true, powerPreference: 'low-power' },
      })
      root.current = { draw }
      draw()
    }
    start().catch(() => {
      if (!ended) lost()
    })
    return () => {
      ended = true
      root.current = undefined
      canvas.removeEventListener('webglcontextlost', lost)
      reconciler?.unmount()
      canvas.remove()
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a place of another size gets a new canvas: that happens when a panel is resized, and costs a few milliseconds.
  }, [width, height])

  return <div ref={host} className="absolute inset-0" aria-hidden />
}

function aim(camera: PerspectiveCamera, size: Size): void {
  camera.fov = fieldOfView(size)
  camera.aspect = size.width / size.height
  camera.near = 1
  camera.far = 20
  camera.position.set(...viewerPoint)
  camera.lookAt(0, viewer.aimY, 0)
  camera.updateProjectionMatrix()
}

function Scene(props: GizmoDrawing & { drawn: (frames: number) => void }): ReactElement {
  const { live, colours, known, held, drawn } = props
  const invalidate = useThree((state) => state.invalidate)
  const around = useRef<Group>(null)
  const arc = useRef<Group>(null)
  const raised = useRef<Group>(null)
  const line = useRef<Mesh>(null)
  const knob = useRef<Mesh>(null)
  const body = useRef<Group>(null)
  const ringKnob = useRef<Mesh>(null)
  const frames = useRef(0)
  useFrame(() => {
    frames.current++
    drawn(frames.current)
  })
  useEffect(() => {
    const show = ({ azimuth, elevation, distance }: Pose): void => {
      const radius = radiusOf(distance)
      around.current?.rotation.set(0, radians(azimuth), 0)
      arc.current?.scale.setScalar(radius)
      raised.current?.rotation.set(radians(-elevation), 0, 0)
      line.current?.scale.set(1, radius, 1)
      line.current?.position.set(0, 0, radius / 2)
      knob.current?.position.set(0, 0, radius * 0.58)
      body.current?.position.set(0, 0, radius)
      ringKnob.current?.position.set(...ringPoint(azimuth))
      invalidate()
    }
    show(live.get())
    return live.subscribe(show)
  }, [live, invalidate])
  useEffect(() => invalidate())

  const size = (axis: Axis): number => (held === axis ? 1.25 : 1)
  return (
    <>
      <ambientLight intensity={1.7} />
      <directionalLight position={[-2, 5, 4]} intensity={1.9} />
      <mesh position={[0, ring.y, 0]} rotation={[Math.PI / 2, 0, 0]}>
        <torusGeometry args={[ring.radius, 0.016, 6, 96]} />
        <meshBasicMaterial color={colours.azimuth} />
      </mesh>
      {known.azimuth.map((azimuth) => (
        <mesh key={azimuth} position={ringPoint(azimuth)}>
          <sphereGeometry args={[0.042, 10, 8]} />
          <meshBasicMaterial color={colours.azimuth} />
        </mesh>
      ))}
      <mesh ref={ringKnob} scale={size('azimuth')}>
        <sphereGeometry args={[0.115, 24, 16]} />
        <meshLambertMaterial color={colours.azimuth} />
      </mesh>
      {props.marks.map((mark, index) => (
        <group key={index} rotation={[0, radians(mark.azimuth), 0]}>
          <group rotation={[radians(-mark.elevation), 0, 0]}>
            <mesh position={[0, 0, radiusOf(mark.distance)]}>
              <sphereGeometry args={[0.05, 10, 8]} />
              <meshBasicMaterial color={colours.accent} />
            </mesh>
          </group>
        </group>
      ))}
      <Photo url={props.photoUrl} aspect={props.aspect} pose={props.photo} colours={colours} />
      {props.marked ? (
        <group rotation={[0, radians(props.photo.azimuth), 0]}>
          <group rotation={[radians(-props.photo.elevation), 0, 0]}>
            <group position={[0, 0, radiusOf(props.photo.distance)]}>
              <CameraBody colour={colours.muted} ghost />
            </group>
          </group>
        </group>
      ) : null}
      <group ref={around}>
        <group ref={arc}>
          <Arc colour={colours.elevation} />
          {known.elevation.map((elevation) => (
            <group key={elevation} rotation={[radians(-elevation), 0, 0]}>
              <mesh position={[0, 0, 1]}>
                <sphereGeometry args={[0.03, 10, 8]} />
                <meshBasicMaterial color={colours.elevation} />
              </mesh>
            </group>
          ))}
        </group>
        <group ref={raised}>
          <mesh ref={line} rotation={[Math.PI / 2, 0, 0]}>
            <cylinderGeometry args={[0.014, 0.014, 1, 6]} />
            <meshBasicMaterial color={colours.distance} />
          </mesh>
          <mesh ref={knob} scale={size('distance')}>
            <sphereGeometry args={[0.085, 20, 14]} />
            <meshLambertMaterial color={colours.distance} />
          </mesh>
          <group ref={body} scale={size('elevation')}>
            <CameraBody colour={colours.elevation} />
          </group>
        </group>
      </group>
    </>
  )
}

/** The way up and down through the camera, of radius 1 in the plane of z and y. */
function Arc(props: { colour: string }): ReactElement {
  const angle = radians(arcEnds.high - arcEnds.low)
  return (
    // A torus lies in x and y and begins at x: turned, it begins at the lowest and ends at the highest.
    <group rotation={[0, -Math.PI / 2, 0]}>
      <mesh rotation={[0, 0, radians(arcEnds.low)]}>
        <torusGeometry args={[1, 0.011, 6, 48, angle]} />
        <meshBasicMaterial color={props.colour} />
      </mesh>
    </group>
  )
}

/** A small camera that looks towards the middle, down its own −z. */
function CameraBody(props: { colour: string; ghost?: boolean }): ReactElement {
  const opacity = props.ghost ? 0.55 : 1
  return (
    <>
      <mesh position={[0, 0, 0.08]}>
        <boxGeometry args={[0.3, 0.2, 0.16]} />
        <meshLambertMaterial color={props.colour} transparent={opacity < 1} opacity={opacity} />
      </mesh>
      <mesh position={[0, 0, -0.06]} rotation={[Math.PI / 2, 0, 0]}>
        <cylinderGeometry args={[0.075, 0.1, 0.16, 24]} />
        <meshLambertMaterial color={props.colour} transparent={opacity < 1} opacity={opacity} />
      </mesh>
      <mesh position={[-0.05, 0.125, 0.08]}>
        <boxGeometry args={[0.11, 0.06, 0.1]} />
        <meshLambertMaterial color={props.colour} transparent={opacity < 1} opacity={opacity} />
      </mesh>
    </>
  )
}

/** The photo as a card in the middle; its back is dark, for nobody knows what is there. */
function Photo(props: { url: string | undefined; aspect: number; pose: Pose; colours: GizmoDrawing['colours'] }): ReactElement {
  const { url, aspect, pose, colours } = props
  const texture = useTexture(url)
  const invalidate = useThree((state) => state.invalidate)
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- pixels that have come are to be seen
  useEffect(() => invalidate(), [texture, invalidate])
  const width = aspect >= 1 ? photoSide : photoSide * aspect
  const height = aspect >= 1 ? photoSide / aspect : photoSide
  const frame = useMemo(() => new EdgesGeometry(new PlaneGeometry(width, height)), [width, height])
  useEffect(() => () => frame.dispose(), [frame])
  return (
    <group rotation={[radians(-pose.elevation), radians(pose.azimuth), 0, 'YXZ']}>
      <mesh>
        <planeGeometry args={[width, height]} />
        {texture ? (
          <meshBasicMaterial key="photo" map={texture} transparent />
        ) : (
          <meshBasicMaterial key="none" color={colours.ground} />
        )}
      </mesh>
      <mesh rotation={[0, Math.PI, 0]} position={[0, 0, -0.004]}>
        <planeGeometry args={[width, height]} />
        <meshBasicMaterial color={colours.back} />
      </mesh>
      <lineSegments geometry={frame}>
        <lineBasicMaterial color={colours.edge} />
      </lineSegments>
    </group>
  )
}

/** The photo's pixels once they are there; the former photo's are let go. */
function useTexture(url: string | undefined): Texture | undefined {
  const [loaded, setLoaded] = useState<{ url: string; texture: Texture }>()
  useEffect(() => {
    if (url === undefined) return undefined
    let wanted = true
    let texture: Texture | undefined
    new TextureLoader().loadAsync(url).then(
      (found) => {
        if (!wanted) return found.dispose()
        texture = found
        found.colorSpace = SRGBColorSpace
        found.anisotropy = 4
        setLoaded({ url, texture: found })
        return undefined
      },
      // Without it the card is grey: the canvas says what is wrong with the picture.
      () => undefined,
    )
    return () => {
      wanted = false
      texture?.dispose()
    }
  }, [url])
  return loaded && loaded.url === url ? loaded.texture : undefined
}
