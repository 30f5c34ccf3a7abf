import type { ReactElement } from 'react'
import { LibraryDrop } from '../frame/library-drop'
import { useStudio } from '../state/context'
import { PathBoard } from './path-board'
import { ResultBoard } from './result-board'
import { StoryBoard } from './story-board'

/** What is composed, in the middle of the window: the way from sketches to the final picture, results, or the story. */
export function ComposePlace(): ReactElement {
  const tab = useStudio((state) => state.ui.compose.tab)
  return (
    <LibraryDrop place="board">
      {tab === 'story' ? <StoryBoard /> : tab === 'reference' || tab === 'own' ? <ResultBoard of={tab} /> : <PathBoard />}
    </LibraryDrop>
  )
}
