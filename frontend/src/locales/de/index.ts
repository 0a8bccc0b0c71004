import activity from './activity.json'
import common from './common.json'
import connection from './connection.json'
import directory from './directory.json'
import errors from './errors.json'
import groups from './groups.json'
import overview from './overview.json'
import people from './people.json'
import sample from './sample.json'
import settings from './settings.json'
import shell from './shell.json'
import tokens from './tokens.json'

export default { activity, common, connection, directory, errors, groups, overview, people, sample, settings, shell, tokens }
