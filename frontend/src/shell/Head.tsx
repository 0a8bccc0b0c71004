import { Button } from '@fluentui/react-components'
import { SearchRegular } from '@fluentui/react-icons'
import { useTranslation } from 'react-i18next'
import { show } from './overlay'
import { Caps } from './Caps'

/** The product's name, and the way to everything. */
export function Head({ ready }: { ready: boolean }) {
  const { t } = useTranslation()
  return (
    <header className="head">
      <span className="product">{t('shell.name')}</span>
      {ready && (
        <Button className="search-button" icon={<SearchRegular aria-hidden />} aria-haspopup="dialog" aria-keyshortcuts="Control+K" onClick={() => show('palette')}>
          <span className="search-words">{t('shell.search')}</span>
          <Caps caps={['ctrl', 'K']} />
        </Button>
      )}
    </header>
  )
}
