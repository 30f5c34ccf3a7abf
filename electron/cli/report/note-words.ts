/** What is said of a photo as it was taken in; notes that need no words (it was turned upright) are not here. */
const importWords: Readonly<Record<string, string>> = {
  first_frame: 'is animated; its first frame is used',
  converted_from_cmyk: 'is CMYK and was converted to sRGB; colours can differ a little',
  converted_profile: 'was converted from its own colour profile to sRGB',
  reduced_16_bit: 'has 16 bits a channel and was reduced to 8',
}

/** What is said once of a command's results. */
const resultWords: Readonly<Record<string, string>> = {
  draft: 'These are drafts, painted on this machine without an edit model.',
  layout_draft: 'These are layout drafts: the photo as a card in space. Hidden sides are not invented.',
  black_result:
    'A result is black: the model overflowed on that server. Start ComfyUI with --fp32-vae (or without half precision), then retry.',
  flat_result: 'A result is a single colour: something is wrong with that workflow or its models on the server.',
  negative_ignored: 'This workflow runs without a negative prompt (cfg 1), so --negative had no effect.',
  strength_by_words_only:
    'The photo was not mixed into a result that does not lie exactly over it; the strength is in the words alone.',
}

/** The words for a photo's notes, one sentence each. */
export function importNotes(notes: readonly string[]): string[] {
  return notes.map((note) => importWords[note]).filter((words) => words !== undefined)
}

/** The words for what is true of some of the results, each once. */
export function resultNotes(jobs: readonly { notes: readonly string[] }[]): string[] {
  const notes = new Set(jobs.flatMap((job) => job.notes))
  return Object.keys(resultWords)
    .filter((note) => notes.has(note))
    .map((note) => resultWords[note] ?? '')
}
