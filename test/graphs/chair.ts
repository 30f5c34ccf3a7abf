/** A graph in ComfyUI's API format. */
export type OwnGraph = Record<string, { class_type: string; inputs: Record<string, unknown>; _meta?: { title: string } }>

/** Image to image as somebody's own workflow: a red chair, on the checkpoint of the recordings. */
export function chair(): OwnGraph {
  return {
    '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'random_sd15.safetensors' } },
    '2': { class_type: 'LoadImage', inputs: { image: 'not-there.png' }, _meta: { title: 'Product photo' } },
    '3': { class_type: 'CLIPTextEncode', inputs: { text: 'a red chair', clip: ['1', 1] } },
    '4': { class_type: 'CLIPTextEncode', inputs: { text: 'blurry', clip: ['1', 1] } },
    '5': { class_type: 'VAEEncode', inputs: { pixels: ['2', 0], vae: ['1', 2] } },
    '6': {
      class_type: 'KSampler',
      inputs: {
        seed: 7,
        steps: 3,
        cfg: 5,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 0.6,
        model: ['1', 0],
        positive: ['3', 0],
        negative: ['4', 0],
        latent_image: ['5', 0],
      },
    },
    '7': { class_type: 'VAEDecode', inputs: { samples: ['6', 0], vae: ['1', 2] } },
    '8': { class_type: 'SaveImage', inputs: { filename_prefix: 'chair', images: ['7', 0] } },
  }
}
