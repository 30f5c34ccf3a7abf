/**
 * The words that the camera LoRAs were trained on. They are model vocabulary: sent as they are, never translated or polished.
 * Sources: model cards of fal/Qwen-Image-Edit-2511-Multiple-Angles-LoRA and dx8152's Qwen-Edit-2509-Multiple-angles.
 */
export const azimuthWords = [
  [0, 'front view'],
  [45, 'front-right quarter view'],
  [90, 'right side view'],
  [135, 'back-right quarter view'],
  [180, 'back view'],
  [225, 'back-left quarter view'],
  [270, 'left side view'],
  [315, 'front-left quarter view'],
] as const satisfies readonly (readonly [degrees: number, words: string])[]

export const elevationWords = [
  [-30, 'low-angle shot'],
  [0, 'eye-level shot'],
  [30, 'elevated shot'],
  [60, 'high-angle shot'],
] as const satisfies readonly (readonly [degrees: number, words: string])[]

export const distanceWords = [
  [0.6, 'close-up'],
  [1, 'medium shot'],
  [1.8, 'wide shot'],
] as const satisfies readonly (readonly [factor: number, words: string])[]

/** Commands relative to the photo: Chinese as trained, followed by the English sentence. */
export const relativeCommands = {
  left45: '将镜头向左旋转45度 Rotate the camera 45 degrees to the left.',
  right45: '将镜头向右旋转45度 Rotate the camera 45 degrees to the right.',
  left90: '将镜头向左旋转90度 Rotate the camera 90 degrees to the left.',
  right90: '将镜头向右旋转90度 Rotate the camera 90 degrees to the right.',
  topDown: '将镜头转为俯视 Turn the camera to a top-down view.',
  fromBelow: "将相机切换到仰视视角 Turn the camera to a worm's-eye view.",
  wide: '将镜头转为广角镜头 Turn the camera to a wide-angle lens.',
  closeUp: '将镜头转为特写镜头 Turn the camera to a close-up.',
} as const
