import type { CallOutput } from '#shared/contract/calls'
import type { ModelDownload, ModelView } from '#shared/domain/model'

/** What the studio knows of model files; undefined until the panel has asked for it. */
export type ModelsState = CallOutput<'models.list'> | undefined

/** Takes a model's new standing; until the list is there nothing is kept. */
export function modelChanged(state: ModelsState, model: ModelView): ModelsState {
  if (!state) return state
  return { ...state, models: state.models.map((one) => (one.file === model.file ? model : one)) }
}

/** Takes how far a download is. */
export function modelProgressed(state: ModelsState, file: string, download: ModelDownload): ModelsState {
  if (!state) return state
  return { ...state, models: state.models.map((one) => (one.file === file ? { ...one, download } : one)) }
}
