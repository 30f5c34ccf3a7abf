import { useEffect, useMemo, type ReactElement } from 'react'
import { I18nProvider } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { ComposePanel } from './compose/compose-panel'
import { Center } from './frame/center'
import { Dialogs } from './frame/dialogs'
import { Denied, LinkBanner } from './frame/link-state'
import { ModeRail } from './frame/mode-rail'
import { SidePanel } from './frame/side-panel'
import { TopBar } from './frame/top-bar'
import { StudioDragAndDrop } from './frame/studio-drag-and-drop'
import { CameraPanel } from './camera/camera-panel'
import { FactsPanel } from './facts/facts-panel'
import { GallerySidebar } from './gallery/gallery-sidebar'
import { ResultFacts } from './gallery/result-facts'
import { chooseLanguage, useWords } from './i18n/i18n'
import { Intake } from './library-intake/intake'
import { StylePanel } from './panels/style-panel'
import { QueuePanel } from './queue/queue-panel'
import { BatchNotice } from './notify/batch-notice'
import { comboMap } from './shortcuts/remap'
import { Shortcuts } from './shortcuts/shortcuts'
import { useStudio } from './state/context'
import { useThemeOnDocument } from './theme/theme'
import { KeyMap } from './widgets'

/** The studio: one window, five places. */
export function App(): ReactElement {
  const say = useWords()
  const denied = useStudio((state) => state.link === 'denied')
  const mode = useStudio((state) => state.ui.mode)
  const gallery = useStudio((state) => state.ui.center === 'gallery')
  const wishes = useStudio((state) => state.settings.shortcuts)
  const keys = useMemo(() => comboMap(wishes), [wishes])
  useThemeOnDocument()
  useLanguageOfSettings()
  return (
    <I18nProvider locale={say.language === 'zh' ? 'zh-CN' : 'en-US'}>
      {denied ? (
        <Denied />
      ) : (
        <Intake>
          <KeyMap value={keys}>
            <StudioDragAndDrop>
              {/* Clipped and not only hidden: nothing, neither the focus nor a find, may scroll the frame out of the window. */}
              <div className="relative flex h-full flex-col overflow-clip">
                <TopBar />
                <LinkBanner />
                <div className="flex min-h-0 flex-1">
                  <ModeRail />
                  <SidePanel side="left" label={say('panel.left')}>
                    {gallery ? (
                      <GallerySidebar />
                    ) : mode === 'style' ? (
                      <StylePanel />
                    ) : mode === 'view' ? (
                      <CameraPanel />
                    ) : (
                      <ComposePanel />
                    )}
                  </SidePanel>
                  <Center />
                  <SidePanel side="right" label={say('panel.right')}>
                    <QueuePanel />
                    {gallery ? <ResultFacts /> : <FactsPanel />}
                  </SidePanel>
                </div>
              </div>
              <Dialogs />
              <Shortcuts />
              <BatchNotice />
            </StudioDragAndDrop>
          </KeyMap>
        </Intake>
      )}
    </I18nProvider>
  )
}

/** Follows the language of the settings, and tells the document which it is. */
function useLanguageOfSettings(): void {
  const { i18n } = useTranslation()
  const setting = useStudio((state) => state.settings.language)
  const language = chooseLanguage(setting, navigator.languages)
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
    if (i18n.language !== language) void i18n.changeLanguage(language)
  }, [i18n, language])
}
