import { Field, Textarea } from '@fluentui/react-components'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApiError, detailOf, errorKey, toApiError } from '../../../api/errors'
import type { HandoverInfo } from '../../../api/types'
import { giveReceipt } from '../../../api/wails'
import { Confirm } from '../../../components/Confirm'
import { FileDrop } from '../../../components/FileDrop'
import { useObservable } from '../../../lib/observable'
import { announce } from '../../../state/announcer'
import { FileUpload, uploadLimit } from '../../../state/upload'

const textLimit = 500

/** Notes that the other system has taken a hand-over, and takes the keys that it gave to those who joined. */
export function ReceiptDialog({ one, onGiven, onClose }: { one: HandoverInfo; onGiven: () => void; onClose: () => void }) {
  const { t } = useTranslation()
  const [upload] = useState(() => new FileUpload())
  const file = useObservable(upload.view)
  const [text, setText] = useState(one.receipt)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  useEffect(() => upload.clear, [upload])

  const give = async () => {
    if (file.sending) return
    setBusy(true)
    setError(null)
    try {
      await giveReceipt({ seq: one.seq, text, keys: file.id })
      announce(t('handover.receipt.given', { seq: one.seq }))
      onGiven()
      onClose()
    } catch (thrown) {
      setBusy(false)
      setError(toApiError(thrown))
    }
  }
  return (
    <Confirm title={t('handover.receipt.ask', { seq: one.seq })} confirm={t('handover.receipt.confirm')} busy={busy || file.sending} error={error} onConfirm={() => void give()} onClose={onClose}>
      <Field label={t('handover.receipt.text')} hint={t('handover.receipt.textHint')}>
        <Textarea value={text} maxLength={textLimit} resize="vertical" disabled={busy} onChange={(_, { value }) => setText(value)} />
      </Field>
      <FileDrop
        label={t('handover.receipt.keys')} hint={t('handover.receipt.keysHint')} accept=".csv,.txt,.json" limit={uploadLimit} given={file.given} sent={file.sending ? file.sent : null} disabled={busy}
        fault={file.error ? `${t(`${errorKey(file.error.code)}.text`)} ${detailOf(file.error)}` : undefined}
        onFile={(chosen) => void upload.put(chosen)} onText={(pasted) => void upload.put({ name: t('tools.file.pasted'), text: pasted })} example={'userName,localId\nada@contoso.example,4711'}
        onClear={upload.clear}
      />
    </Confirm>
  )
}
