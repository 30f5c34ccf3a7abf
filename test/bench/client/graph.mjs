/** A job of a few milliseconds that every ComfyUI can do without a model: a photo, inverted and saved under a name of its own. */
export function benchGraph(photo, prefix) {
  return {
    4: { class_type: 'LoadImage', inputs: { image: photo } },
    5: { class_type: 'ImageInvert', inputs: { image: ['4', 0] } },
    43: { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: prefix } },
  }
}
