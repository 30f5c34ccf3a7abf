/** What each panel is for, in a few sentences. */
export const helpEn = {
  'help.label': 'Help: {{panel}}',
  'help.keys': 'Keys',
  'help.style':
    'A style repaints the photo and keeps what is in it. Drag a tile onto a photo, onto a selection, or a folder of photos onto a tile; or choose a style and press Restyle. “Style” says how much is repainted, “Structure” how much of the edges and light of the photo stays.',
  'help.view':
    'The photo is seen from another side: turn the ring, the arc and the distance, or type the numbers. Below stands what the model is told. Sides that the photo does not show are invented; several views at once make a contact sheet.',
  'help.compose':
    'Pictures from words, from other pictures, stories of several scenes, and your own ComfyUI workflows. Begin with quick sketches, choose one, and refine it: its seed is kept. This needs an engine with a graphics card; drafts can’t do it.',
  'help.models':
    'What each workflow needs, and what of it is here. Files are fetched with their licence shown, checked by hash, and go on after a break. A file that you have already is known again when you bring it or name its folder.',
  'help.engines':
    'Engines do the work: drafts on this computer, a ComfyUI on its graphics card, or servers in your network. Jobs go to the engine that is free and has what they need. “Drain” lets a server finish and sends it nothing new.',
  'help.gallery':
    'Every result that was ever made. Search by prompt, style, engine or star; press 1 to 5 to star, X to reject. Collections keep results together in an order of yours. What goes into the trash can be taken out again until the trash is emptied.',
  'help.dragOut': 'Hold Shift while you drag pictures to take them into another program or onto the desktop.',
  'help.queue':
    'What runs, what waits and what has ended. Drag waiting jobs into another order; a large batch is one card: it is moved as one, and tries its failures again by themselves. Pausing lets the running jobs finish. The history keeps everything.',
} as const
