/** Small workflows of our own, by what each is for, in the form in which ComfyUI's editor saves them. */
export const ownGraphs: Record<string, () => Record<string, unknown>>
