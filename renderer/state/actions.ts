import type { CallInput, CallName, CallOutput, ImportResult } from '#shared/contract/calls'
import type { AppClient, Blob as FileData } from '#shared/contract/client'
import { toAppError } from '#shared/domain/error'
import type { StoreApi } from 'zustand/vanilla'
import { createGalleryActions, type GalleryActions } from './actions-gallery'
import { createEditActions, type EditActions } from './actions-edit'
import { createComposeActions, type ComposeActions } from './actions-compose'
import { createEngineActions, type EngineActions } from './actions-engines'
import { createJobActions, type JobActions } from './actions-jobs'
import { createModelActions, type ModelActions } from './actions-models'
import { createViewActions, type ViewActions } from './actions-views'
import { createStyleActions, type StyleActions } from './actions-styles'
import { createPictureActions, type PictureActions } from './actions-pictures'
import type { DialogState, StudioState } from './studio-state'
import { toastClosed, toastShown, type Toast } from './toasts'
import type { UiState } from './ui'

/** A file on its way in. */
export interface IncomingFile {
  name: string
  data: FileData
  /** The name of the folder that it came from. */
  folder?: string
}

/** What every group of actions works with. */
export interface ActionContext {
  client: AppClient
  store: StoreApi<StudioState>
  /** Asks the app; a failure is shown as a message and answered with `undefined`. */
  ask<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N> | undefined>
  toast(toast: Omit<Toast, 'id' | 'life'>): void
  fail(thrown: unknown): void
}

interface GeneralActions {
  setUi(patch: Partial<UiState>): void
  /** Changes values of the style panel; `undefined` takes an optional one away. */
  setStyle(patch: { [K in keyof UiState['style']]?: UiState['style'][K] | undefined }): void
  /** Changes values of the view panel; `undefined` takes an optional one away. */
  setView(patch: { [K in keyof UiState['view']]?: UiState['view'][K] | undefined }): void
  setSettings(patch: CallInput<'settings.set'>): Promise<void>
  openDialog(dialog: DialogState | undefined): void
  toast(toast: Omit<Toast, 'id' | 'life'>): void
  closeToast(id: number): void
  /** Shows what was thrown as a message. */
  fail(thrown: unknown): void
}

export type StudioActions = EngineActions &
  GeneralActions &
  GalleryActions &
  PictureActions &
  EditActions &
  ViewActions &
  ComposeActions &
  StyleActions &
  JobActions &
  ModelActions
export type { ImportResult }

/** Everything that the user can do, as functions that ask the app and update the store. */
export function createActions(client: AppClient, store: StoreApi<StudioState>): StudioActions {
  const toast: ActionContext['toast'] = (message) => store.setState((state) => ({ toasts: toastShown(state.toasts, message) }))
  const fail = (thrown: unknown): void => toast({ tone: 'bad', text: toAppError(thrown).toView() })
  const context: ActionContext = {
    client,
    store,
    toast,
    fail,
    async ask(name, input) {
      try {
        return await client.call(name, input)
      } catch (thrown) {
        fail(thrown)
        return undefined
      }
    },
  }
  const setUi: GeneralActions['setUi'] = (patch) => store.setState((state) => ({ ui: { ...state.ui, ...patch } }))
  const jobs = createJobActions(context)
  const pictures = createPictureActions(context)
  const edits = createEditActions(context)
  const setStyle: GeneralActions['setStyle'] = (patch) => {
    const style = { ...store.getState().ui.style, ...patch }
    setUi({ style: Object.fromEntries(Object.entries(style).filter(([, value]) => value !== undefined)) as UiState['style'] })
  }
  return {
    setUi,
    setStyle,
    setView: (patch) => {
      const view = { ...store.getState().ui.view, ...patch }
      setUi({ view: Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined)) as UiState['view'] })
    },
    async setSettings(patch) {
      const before = store.getState().settings
      // Shown at once; taken back if it could not be saved.
      store.setState({ settings: { ...before, ...definedOnly(patch) } })
      const saved = await context.ask('settings.set', patch)
      store.setState({ settings: saved ?? before })
    },
    openDialog: (dialog) => store.setState({ dialog }),
    toast,
    fail,
    closeToast: (id) => store.setState((state) => ({ toasts: toastClosed(state.toasts, id) })),
    ...pictures,
    ...edits,
    ...createGalleryActions(context, pictures, edits),
    ...createModelActions(context),
    ...createEngineActions(context),
    ...createViewActions(context),
    ...createComposeActions(context),
    ...createStyleActions(context, {
      setStyle,
      rememberStylePicture: pictures.rememberStylePicture,
      remember: edits.remember,
    }),
    ...jobs,
  }
}

function definedOnly<T extends object>(patch: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as never
}
