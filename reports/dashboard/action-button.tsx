import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ActionPreview } from '../dashboard-wire.js'
import { postJson } from './server.js'
import { Sentence, sentenceCase } from './words.js'

export type Asked = { kind: string; arguments: Record<string, unknown> }
export type Preview = {
  title: string
  lines: string[]
  cost: string | null
  verb: string
  is_possible: boolean
}

type Props = {
  label: string
  action: Asked
  isQuiet?: boolean
  /** What a person has to fill in first. */
  ask?: { name: string; label: string; placeholder: string }
}

/** A button that says first what it would do, and what that costs; only the second click does it. */
export function ActionButton({ label, action, isQuiet, ask }: Props): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button class={isQuiet ? 'quiet' : ''} onClick={() => setOpen(true)}>
        {label}
      </button>
      {isOpen && <Confirmation action={action} ask={ask} close={() => setOpen(false)} />}
    </>
  )
}

type ConfirmationProps = { action: Asked; ask: Props['ask']; close: () => void }

function Confirmation({ action, ask, close }: ConfirmationProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const [value, setValue] = useState('')
  const [preview, setPreview] = useState<ActionPreview>()
  const [told, setTold] = useState<{ text: string; isBad: boolean }>()
  const [isSending, setSending] = useState(false)
  const given = {
    ...action,
    arguments: { ...action.arguments, ...(ask ? { [ask.name]: value.trim() } : {}) },
  }
  useEffect(() => {
    dialog.current!.showModal()
    postJson<ActionPreview>('/api/actions/preview', ask ? filled(action, ask.name) : action)
      .then(setPreview)
      .catch((error: Error) => setTold({ text: error.message, isBad: true }))
  }, [])
  const send = (): void => {
    setSending(true)
    postJson<{ text: string }>('/api/actions', given)
      .then(({ text }) => setTold({ text, isBad: false }))
      .catch((error: Error) => setTold({ text: error.message, isBad: true }))
      .finally(() => setSending(false))
  }
  const isReady = preview?.is_possible === true && told === undefined && (!ask || value.trim() !== '')
  return (
    <dialog ref={dialog} class="confirm" onClose={close} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{preview?.title ?? sentenceCase(action.kind)}</h2>
      {preview?.lines.map((line) => (
        <p key={line}>
          <Sentence text={line} />
        </p>
      ))}
      {!preview && !told && <p class="quiet">Looking at what it would do…</p>}
      {preview && preview.cost !== null && (
        <p class="price">
          <span>{preview.cost_of}</span>
          <b class="num">{preview.cost}</b>
        </p>
      )}
      {ask && (
        <label class="field">
          <span>{ask.label}</span>
          <input
            value={value}
            placeholder={ask.placeholder}
            onInput={(event) => setValue(event.currentTarget.value)}
            autocomplete="off"
            spellcheck={false}
          />
        </label>
      )}
      {told && (
        <p class={told.isBad ? 'notice bad' : 'notice good'} role="status">
          <Sentence text={told.text} />
        </p>
      )}
      <div class="buttons">
        <button class="quiet" onClick={() => dialog.current!.close()}>
          {told ? 'Close' : 'Not now'}
        </button>
        {told === undefined && (
          <button class="main" disabled={!isReady || isSending} onClick={send}>
            {isSending ? 'Asking…' : (preview?.verb ?? 'Do it')}
          </button>
        )}
      </div>
    </dialog>
  )
}

/** What is not filled in yet, as something: the preview does not depend on it. */
function filled(action: Asked, name: string): Asked {
  return { ...action, arguments: { ...action.arguments, [name]: '?' } }
}
