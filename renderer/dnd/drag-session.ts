import { dropAction, type Dragged, type DropAction, type DropTarget } from './drag-model'

/** A part of the screen with places to drop on; its places carry `data-drop-place="KEY"`. */
export interface DropArea {
  readonly element: HTMLElement
  /** The target behind a place's key; undefined for a place that is gone. */
  targetOf(key: string): DropTarget | undefined
}

/** A place of an area, found under the pointer or by the keyboard. */
export interface DropPlace {
  readonly key: string
  readonly element: HTMLElement
  readonly target: DropTarget
}

/** The drag that is under way, as the parts show it. The same object until something changes. */
export interface DragState {
  readonly dragged: Dragged | undefined
  readonly by: 'pointer' | 'keyboard'
  /** Where it would land now, and what would happen. */
  readonly over: { readonly key: string; readonly element: HTMLElement; readonly action: DropAction } | undefined
}

const idle: DragState = { dragged: undefined, by: 'pointer', over: undefined }

/** Holds the one drag that can be under way, and the areas that it can go to. Knows no React and no events. */
export class DragSession {
  #state: DragState = idle
  readonly #listeners = new Set<() => void>()
  readonly #areas = new Map<HTMLElement, DropArea>()

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly state = (): DragState => this.#state

  /** Makes an area known; answers how to take it away. */
  register(area: DropArea): () => void {
    this.#areas.set(area.element, area)
    return () => {
      if (this.#areas.get(area.element) === area) this.#areas.delete(area.element)
      if (this.#state.over && !this.#state.over.element.isConnected) this.#set({ ...this.#state, over: undefined })
    }
  }

  begin(dragged: Dragged, by: DragState['by']): void {
    this.#set({ dragged, by, over: undefined })
  }

  end(): void {
    if (this.#state !== idle) this.#set(idle)
  }

  /** The drag is now over that element; answers what a drop there does. */
  moveTo(element: Element | null, alt: boolean): DropAction | null {
    return this.#land(element ? this.placeAt(element) : undefined, alt)
  }

  /** The drag is now over that place (keyboard). */
  moveToPlace(place: DropPlace): DropAction | null {
    return this.#land(place, false)
  }

  /** The innermost place around an element that a registered area knows. */
  placeAt(element: Element): DropPlace | undefined {
    for (let at: Element | null = element; at; at = at.parentElement) {
      if (!(at instanceof HTMLElement)) continue
      const key = at.dataset['dropPlace']
      if (key === undefined) continue
      const target = this.#areaOf(at)?.targetOf(key)
      if (target) return { key, element: at, target }
    }
    return undefined
  }

  /** All places on the screen where what is dragged would do something, in reading order: the stops of the keyboard's way. */
  places(): DropPlace[] {
    const { dragged } = this.#state
    if (!dragged) return []
    const places: DropPlace[] = []
    for (const area of this.#areas.values()) {
      const elements = [...area.element.querySelectorAll<HTMLElement>('[data-drop-place]')]
      // An area that is a place itself may show a zone of the same key: then the zone is the stop.
      const own = area.element.dataset['dropPlace']
      if (own !== undefined && !elements.some(({ dataset }) => dataset['dropPlace'] === own)) elements.unshift(area.element)
      for (const element of elements) {
        const key = element.dataset['dropPlace'] ?? ''
        const target = this.#areaOf(element) === area ? area.targetOf(key) : undefined
        if (target && dropAction(dragged, target) && element.getClientRects().length > 0) places.push({ key, element, target })
      }
    }
    return places.sort((a, b) => (a.element.compareDocumentPosition(b.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))
  }

  #areaOf(element: Element): DropArea | undefined {
    for (let at: Element | null = element; at; at = at.parentElement) {
      const area = at instanceof HTMLElement ? this.#areas.get(at) : undefined
      if (area) return area
    }
    return undefined
  }

  #land(place: DropPlace | undefined, alt: boolean): DropAction | null {
    const { dragged, over } = this.#state
    const action = dragged && place ? dropAction(dragged, place.target, { alt }) : null
    if (!place || !action) {
      if (over) this.#set({ ...this.#state, over: undefined })
      return null
    }
    // Dragover comes many times a second: the parts hear of it only when something changed.
    if (over?.element !== place.element || over.action.do !== action.do || over.key !== place.key) {
      this.#set({ ...this.#state, over: { key: place.key, element: place.element, action } })
    }
    return action
  }

  #set(state: DragState): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }
}
