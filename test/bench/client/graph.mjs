/**
 * A job of a few milliseconds that every ComfyUI can do without a model: a photo, inverted, with a little noise of its seed's and saved.
 * The noise makes each result another picture: one that is stored already would be stored at no cost.
 */
export function invertGraph(seed, photo, prefix) {
  return {
    4: { class_type: 'LoadImage', inputs: { image: photo } },
    5: { class_type: 'ImageInvert', inputs: { image: ['4', 0] } },
    3: { class_type: 'ImageAddNoise', inputs: { image: ['5', 0], seed, strength: 0.01 } },
    43: { class_type: 'SaveImage', inputs: { images: ['3', 0], filename_prefix: prefix } },
  }
}

/** A job that samples: text to image with a picture of its own for each seed. */
export function sampleGraph(seed, prefix, { checkpoint = 'v1-5-pruned-emaonly-fp16.safetensors', steps = 20, side = 64 } = {}) {
  return {
    1: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: checkpoint } },
    3: {
      class_type: 'KSampler',
      inputs: {
        seed,
        steps,
        cfg: 7,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
        model: ['1', 0],
        positive: ['6', 0],
        negative: ['6', 0],
        latent_image: ['5', 0],
      },
    },
    5: { class_type: 'EmptyLatentImage', inputs: { width: side, height: side, batch_size: 1 } },
    6: { class_type: 'CLIPTextEncode', inputs: { text: 'a teapot', clip: ['1', 1] } },
    8: { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['1', 2] } },
    43: { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: prefix } },
  }
}

/** A job that draws over a photo: loaders, photo and its encoding are the same for every one of a sheet, words and seed its own. */
export function remixGraph(photo, words, seed, prefix, { checkpoint, steps = 2, denoise = 0.6 }) {
  const graph = sampleGraph(seed, prefix, { checkpoint, steps })
  delete graph[5]
  graph[4] = { class_type: 'LoadImage', inputs: { image: photo } }
  graph[9] = { class_type: 'VAEEncode', inputs: { pixels: ['4', 0], vae: ['1', 2] } }
  graph[6].inputs.text = words
  Object.assign(graph[3].inputs, { latent_image: ['9', 0], denoise })
  return graph
}
