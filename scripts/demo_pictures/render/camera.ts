/** A camera with a long lens, high enough to look into a cup. */
import { cross, dot, scale, sub, unit, type Vec } from '../shapes/vector.ts'

export type View = {
  /** What it looks at. */
  readonly target: Vec
  /** Degrees that it looks down. */
  readonly pitch: number
  /** Degrees to the right of the front. */
  readonly yaw?: number
  /** Centimetres that the picture is wide, at the target. */
  readonly width: number
}

/** The lens: distance in widths of the picture. */
const DISTANCE_WIDTHS = 3.4

export type Camera = {
  readonly eye: Vec
  readonly right: Vec
  readonly up: Vec
  readonly ahead: Vec
  /** Pixels of a centimetre at distance 1. */
  readonly zoom: number
}

export function cameraOf({ target, pitch, yaw = 0, width }: View, pixels: number): Camera {
  const [p, y] = [(pitch * Math.PI) / 180, (yaw * Math.PI) / 180]
  const back: Vec = [Math.sin(y) * Math.cos(p), Math.sin(p), Math.cos(y) * Math.cos(p)]
  const distance = width * DISTANCE_WIDTHS
  const eye: Vec = [
    target[0] + back[0] * distance,
    target[1] + back[1] * distance,
    target[2] + back[2] * distance,
  ]
  const ahead = scale(back, -1)
  const right = unit(cross(ahead, [0, 1, 0]))
  return { eye, right, up: cross(right, ahead), ahead, zoom: (pixels * distance) / width }
}

/** Pixel of a point: [x, y, distance]. */
export function project(camera: Camera, p: Vec, pixels: number): Vec {
  const d = sub(p, camera.eye)
  const depth = dot(d, camera.ahead)
  return [
    pixels / 2 + (dot(d, camera.right) * camera.zoom) / depth,
    pixels / 2 - (dot(d, camera.up) * camera.zoom) / depth,
    depth,
  ]
}
