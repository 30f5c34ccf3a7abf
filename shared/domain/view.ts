import { z } from 'zod'

/**
 * A camera pose. Degrees; positive azimuth moves the camera to the viewer's right (0 = the subject's front),
 * positive elevation lifts it; distance is a factor (0.6 close-up, 1 medium, 1.8 wide).
 */
export const poseSchema = z.object({
  azimuth: z.number().min(-360).max(360),
  elevation: z.number().min(-90).max(90),
  distance: z.number().min(0.2).max(5),
})
export type Pose = z.infer<typeof poseSchema>

/** A view: a pose, or a free camera prompt, or both (the prompt is then sent as it is). */
export const viewSchema = z
  .object({
    id: z
      .string()
      .min(1)
      .max(64)
      // It names files and columns: letters of any script, but nothing that a path or a shell reads.
      .regex(/^[\p{L}\p{M}\p{N}_.-]+$/u, 'use letters, digits, ".", "_" and "-" only'),
    name: z.string().min(1).max(120),
    prompt: z.string().max(2000).optional(),
    pose: poseSchema.optional(),
  })
  .refine((view) => view.prompt !== undefined || view.pose !== undefined, { message: 'a view needs a pose or a prompt' })
export type View = z.infer<typeof viewSchema>

/** Most views of a set, and most sets that are kept. */
export const viewSetLimits = { views: 96, sets: 64 } as const

/** A contact sheet's views under a name of the user's own. */
export const viewSetSchema = z.object({
  id: z.string().regex(/^[0-9a-z-]{1,64}$/),
  name: z.string().trim().min(1).max(60),
  views: z.array(viewSchema).min(1).max(viewSetLimits.views),
})
export type ViewSet = z.infer<typeof viewSetSchema>
