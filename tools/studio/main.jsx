// Renders window.__DEFINITION__ by Splunk's own components; window.__RESULTS__ answers its data sources.
import { createRoot } from 'react-dom/client';
import { DashboardCore } from '@splunk/dashboard-core';
import { DashboardContextProvider } from '@splunk/dashboard-context';
import Enterprise from '@splunk/dashboard-presets/EnterpriseViewOnlyPreset';
import Cloud from '@splunk/dashboard-presets/CloudViewOnlyPreset';
import DataSource from '@splunk/datasources/DataSource';
import SplunkSearch from '@splunk/datasources/SplunkSearch';
import { DataSet } from '@splunk/datasource-utils';
import SplunkThemeProvider from '@splunk/themes/SplunkThemeProvider';

window.__ASKED__ = [];

// A data source whose rows are there already. `options` are those of the definition, tokens filled in.
class Answered extends DataSource {
    static config = SplunkSearch.config;
    static schema = SplunkSearch.schema;

    setup() {
        return Promise.resolve();
    }

    teardown() {
        return Promise.resolve();
    }

    request({ count, offset } = {}) {
        return (observer) => {
            const { id } = this.context;
            window.__ASKED__.push({ id, options: this.options });
            const found = window.__RESULTS__[id];
            if (!found) {
                observer.error({ level: 'error', message: `no answer for ${id}` });
                return () => {};
            }
            const rows = found.columns.length ? found.columns[0].length : 0;
            observer.next({
                data: DataSet.fromJSONCols(found.fields, found.columns).getPage({ count, offset }),
                meta: { sid: id, status: 'done', percentComplete: 100, totalCount: rows, lastUpdated: '2026-01-01T00:00:00.000Z' },
            });
            observer.complete();
            return () => {};
        };
    }
}

// Enterprise's time picker asks splunkweb who the user is; Cloud's is the same picker without that.
const preset = {
    ...Enterprise,
    inputs: { ...Enterprise.inputs, 'input.timerange': Cloud.inputs['input.timerange'] },
    dataSources: { ...Enterprise.dataSources, 'ds.search': Answered, 'ds.chain': Answered },
};

const theme = { family: 'enterprise', colorScheme: window.__SCHEME__, density: 'comfortable' };
createRoot(document.getElementById('page')).render(
    <SplunkThemeProvider {...theme}>
        <DashboardContextProvider preset={preset} initialDefinition={window.__DEFINITION__} initialMode="view" initialTokenBinding={window.__TOKENS__}>
            <DashboardCore width="100%" height="100vh" />
        </DashboardContextProvider>
    </SplunkThemeProvider>
);
