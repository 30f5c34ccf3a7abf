import { X } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { IconButton } from './button'
import { classes } from './classes'

/** A modal dialog: title, content that scrolls, and a footer with its actions. Escape and a click outside close it. */
export function DialogFrame(props: {
  title: string
  open: boolean
  onClose: () => void
  closeLabel: string
  children: ReactNode
  footer?: ReactNode
  /** At the right end of the title's row, before the button that closes. */
  help?: ReactNode
  width?: 's' | 'm' | 'l' | 'xl'
  'data-testid'?: string
}): ReactElement {
  return (
    <ModalOverlay
      isOpen={props.open}
      onOpenChange={(open) => {
        if (!open) props.onClose()
      }}
      isDismissable
      className="fixed inset-0 z-40 flex items-center justify-center bg-scrim p-6 entering:animate-[rise_var(--calm)_var(--ease)]"
    >
      <Modal
        className={classes(
          'flex max-h-full w-full flex-col rounded-m border border-line bg-panel',
          props.width === 's'
            ? 'max-w-100'
            : props.width === 'l'
              ? 'max-w-180'
              : props.width === 'xl'
                ? 'max-w-220'
                : 'max-w-130',
        )}
      >
        <Dialog className="flex min-h-0 flex-col outline-none" data-testid={props['data-testid']}>
          <header className="flex h-12 shrink-0 items-center justify-between border-b border-line pl-5 pr-2">
            <Heading slot="title" className="text-l font-semibold">
              {props.title}
            </Heading>
            <span className="flex items-center gap-1">
              {props.help}
              <IconButton label={props.closeLabel} icon={<X size={16} aria-hidden />} onPress={props.onClose} />
            </span>
          </header>
          <div className="min-h-0 overflow-auto px-5 py-4" tabIndex={-1}>
            {props.children}
          </div>
          {props.footer ? (
            <footer className="flex shrink-0 items-center justify-end gap-2 border-t border-line px-5 py-3">
              {props.footer}
            </footer>
          ) : null}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
