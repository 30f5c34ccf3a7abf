import { Copy } from 'lucide-react'
import type { ReactElement } from 'react'
import { useWords } from '../i18n/i18n'
import { useActions } from '../state/context'
import { Button } from './button'

/** Copies the words above it to the clipboard, and says so. */
export function CopyText({ text, ...rest }: { text: string; 'data-testid'?: string }): ReactElement {
  const say = useWords()
  const { toast } = useActions()
  const copy = (): void =>
    void navigator.clipboard.writeText(text).then(() => toast({ tone: 'info', text: { key: 'job.copied' } }))
  return (
    <Button {...rest} size="s" kind="quiet" className="-ml-2" icon={<Copy size={12} aria-hidden />} onPress={copy}>
      {say('job.copy')}
    </Button>
  )
}
