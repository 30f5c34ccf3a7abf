import type { ReactElement } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { PanelHelp } from '../help/panel-help'
import { useWords } from '../i18n/i18n'
import { useActions, useStudio } from '../state/context'
import { classes } from '../widgets'
import { composeTabs, type ComposeTab } from './compose-values'
import { OwnPanel } from './own-panel'
import { ReferencePanel } from './reference-panel'
import { RemixPanel } from './remix-panel'
import { StoryPanel } from './story-panel'
import { WordsPanel } from './words-panel'

/** Everything that is neither a style nor a camera: five parts, one of them shown. */
export function ComposePanel(): ReactElement {
  const say = useWords()
  const { showCompose } = useActions()
  const tab = useStudio((state) => state.ui.compose.tab)
  return (
    <Tabs
      selectedKey={tab}
      onSelectionChange={(key) => showCompose(key as ComposeTab)}
      className="flex min-h-0 flex-1 flex-col"
      data-testid="compose-panel"
    >
      <h2 className="sr-only">{say('compose.title')}</h2>
      <div className="flex h-11 shrink-0 items-center border-b border-line pl-2 pr-1 text-s">
        <TabList aria-label={say('compose.title')} className="flex h-full min-w-0 flex-1 items-stretch">
          {composeTabs.map((id) => (
            <Tab
              key={id}
              id={id}
              data-testid={`compose-${id}`}
              className={classes(
                'relative flex min-w-0 flex-auto cursor-default items-center justify-center whitespace-nowrap px-1 text-muted transition-colors duration-120 hovered:text-text selected:text-accent-text',
                'after:absolute after:inset-x-1.5 after:-bottom-px after:h-0.5 after:rounded-full selected:after:bg-accent',
              )}
            >
              {say(`compose.tab.${id}`)}
            </Tab>
          ))}
        </TabList>
        <PanelHelp topic="compose" />
      </div>
      {composeTabs.map((id) => (
        <TabPanel key={id} id={id} className="flex min-h-0 flex-1 flex-col outline-none">
          {parts[id]}
        </TabPanel>
      ))}
    </Tabs>
  )
}

const parts: Record<ComposeTab, ReactElement> = {
  words: <WordsPanel />,
  remix: <RemixPanel />,
  reference: <ReferencePanel />,
  story: <StoryPanel />,
  own: <OwnPanel />,
}
