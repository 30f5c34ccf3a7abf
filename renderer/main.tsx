import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { I18nextProvider } from 'react-i18next'
import { App } from './App'
import { chooseLanguage, createI18n } from './i18n/i18n'
import { ShellContext } from './state/shell'
import { StudioProvider } from './state/context'
import { createStudio } from './state/store'
import { createTransport } from './transport/create-client'
import './theme/studio.css'

const transport = createTransport()
const studio = createStudio(transport.client, localStorage)
const i18n = createI18n(chooseLanguage('system', navigator.languages))

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <I18nextProvider i18n={i18n}>
        <ShellContext value={transport}>
          <StudioProvider studio={studio}>
            <App />
          </StudioProvider>
        </ShellContext>
      </I18nextProvider>
    </StrictMode>,
  )
