import { Button, ToggleButton } from '@fluentui/react-components'
import { DismissRegular } from '@fluentui/react-icons'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Asked } from '../../state/list'
import { type Counts, qualities } from '../../state/quality'
import { Pick } from '../Directory/Pick'
import { findGroups, nameOf } from './load'

/** What somebody who is named by an id is called, the id until that is known. */
function useName(of: 'group' | 'manager', id: string): string {
  const [known, setKnown] = useState({ id: '', name: '' })
  useEffect(() => {
    if (id === '' || known.id === id) return
    let here = true
    nameOf(of, id).then((name) => here && setKnown({ id, name }), () => undefined)
    return () => {
      here = false
    }
  }, [of, id, known.id])
  return known.id === id ? known.name : id
}

/** Whose members the list shows. */
export function GroupFilter({ group, onGroup }: { group: string; onGroup: (id: string) => void }) {
  const { t } = useTranslation()
  const name = useName('group', group)
  return (
    <Pick
      className="group-filter"
      label={t('people.filter.group')}
      nothing={t('people.filter.allGroups')}
      value={{ id: group, name: group === '' ? '' : name }}
      load={findGroups}
      onPick={({ id }) => onGroup(id)}
    />
  )
}

export interface ChipsProps {
  asked: Asked
  counts: Counts | null
  onAsk: (part: Partial<Asked>) => void
}

/** What of people wants a look, with how many; each narrows the list to them. Those of whom there are none are left out; the deleted don't count. */
export function Chips({ asked, counts, onAsk }: ChipsProps) {
  const { t, i18n } = useTranslation()
  const manager = useName('manager', asked.manager)
  const worth = (name: (typeof qualities)[number]) => (counts?.[name] ?? 0) > 0 && (name !== 'no-local-id' || counts?.anyLocal === true)
  const shown = qualities.filter((name) => asked.quality === name || worth(name))
  if (shown.length === 0 && asked.manager === '') return null
  return (
    <div className="chips" role="group" aria-label={t('people.quality.label')}>
      {asked.manager !== '' && (
        <Button size="small" shape="circular" icon={<DismissRegular />} iconPosition="after" aria-label={t('people.filter.clearManager', { name: manager })} onClick={() => onAsk({ manager: '' })}>
          {t('people.filter.manager', { name: manager })}
        </Button>
      )}
      {shown.map((name) => (
        <ToggleButton
          key={name}
          size="small"
          shape="circular"
          checked={asked.quality === name}
          title={t(`people.quality.hints.${name}`)}
          onClick={() => onAsk({ quality: asked.quality === name ? '' : name, ...(asked.state === 'deleted' ? { state: '' } : {}) })}
        >
          {t(`people.quality.${name}`)} <span className="chip-count">{(counts?.[name] ?? 0).toLocaleString(i18n.language)}</span>
        </ToggleButton>
      ))}
    </div>
  )
}
