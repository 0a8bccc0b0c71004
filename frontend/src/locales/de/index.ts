import activity from './activity.json'
import check from './check.json'
import common from './common.json'
import connection from './connection.json'
import convert from './convert.json'
import directory from './directory.json'
import errors from './errors.json'
import forecast from './forecast.json'
import groups from './groups.json'
import handover from './handover.json'
import importing from './import.json'
import journal from './journal.json'
import lookup from './lookup.json'
import overview from './overview.json'
import people from './people.json'
import sample from './sample.json'
import settings from './settings.json'
import setup from './setup.json'
import shell from './shell.json'
import target from './target.json'
import tokens from './tokens.json'
import tools from './tools.json'

export default {
  activity, check, common, connection, convert, directory, errors, forecast, groups, handover, import: importing, journal, lookup, overview, people,
  sample, settings, setup, shell, target, tokens, tools,
}
