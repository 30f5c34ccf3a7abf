import { Boxes, Cpu, Info, Keyboard, ListOrdered, Server, ShieldCheck, SlidersHorizontal } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { useWords } from '../i18n/i18n'
import { useSetupWords } from '../i18n/setup'
import { RuntimePanel } from '../runtime/runtime-panel'
import { ShortcutEditor } from '../shortcuts/shortcut-editor'
import { useActions } from '../state/context'
import { settingsSections, type SettingsSection } from '../state/studio-state'
import { DialogFrame } from '../widgets'
import { AboutSection } from './about-section'
import { EnginesSection } from './engines-section'
import { GeneralSection } from './general-section'
import { ModelsSection } from './models-section'
import { PrivacySection } from './privacy-section'
import { QueueSection } from './queue-section'

const icons: Record<SettingsSection, ReactNode> = {
  general: <SlidersHorizontal size={15} aria-hidden />,
  engines: <Server size={15} aria-hidden />,
  models: <Boxes size={15} aria-hidden />,
  runtime: <Cpu size={15} aria-hidden />,
  queue: <ListOrdered size={15} aria-hidden />,
  shortcuts: <Keyboard size={15} aria-hidden />,
  privacy: <ShieldCheck size={15} aria-hidden />,
  about: <Info size={15} aria-hidden />,
}

const contents: Record<SettingsSection, () => ReactElement> = {
  general: GeneralSection,
  engines: EnginesSection,
  models: ModelsSection,
  runtime: RuntimePanel,
  queue: QueueSection,
  shortcuts: ShortcutEditor,
  privacy: PrivacySection,
  about: AboutSection,
}

/** All settings by section; each is saved as it is changed. */
export function SettingsDialog(props: { section: SettingsSection; onClose: () => void }): ReactElement {
  const say = useWords()
  const setup = useSetupWords()
  const { openDialog } = useActions()
  return (
    <DialogFrame
      title={say('settings.title')}
      open
      onClose={props.onClose}
      closeLabel={say('dialog.close')}
      width="xl"
      data-testid="settings"
    >
      <Tabs
        orientation="vertical"
        selectedKey={props.section}
        onSelectionChange={(key) => openDialog({ type: 'settings', section: key as SettingsSection })}
        className="-mx-5 -my-4 flex h-[min(600px,calc(100vh-160px))]"
      >
        <TabList
          aria-label={setup('set.sections')}
          className="flex w-44 shrink-0 flex-col gap-0.5 overflow-y-auto border-r border-line p-2"
        >
          {settingsSections.map((section) => (
            <Tab
              key={section}
              id={section}
              data-testid={`settings-tab-${section}`}
              className="flex h-8 shrink-0 cursor-default items-center gap-2.5 whitespace-nowrap rounded-m px-2.5 text-muted transition-colors duration-120 hovered:bg-hover hovered:text-text selected:bg-raised selected:text-accent-text"
            >
              {icons[section]}
              {setup(`set.section.${section}`)}
            </Tab>
          ))}
        </TabList>
        {settingsSections.map((section) => {
          const Content = contents[section]
          return (
            <TabPanel
              key={section}
              id={section}
              className="min-w-0 flex-1 overflow-y-auto px-6 py-4"
              data-testid={`settings-${section}`}
            >
              <p className="pb-3 text-s text-muted">{setup(`help.${section}`)}</p>
              <Content />
            </TabPanel>
          )
        })}
      </Tabs>
    </DialogFrame>
  )
}
