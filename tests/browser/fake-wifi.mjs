/* fake-wifi.mjs - a camera that is told its network over Bluetooth, as the gateway shows it: older firmware
 * wants to be asked twice for a password, and joining takes a while. */

import { Refusal } from './fake-rest.mjs';
import { attribute, command, device, row } from './fixtures.mjs';

const SSID = 'Saber Lab';

export function wifiCamera(attributes = {}, more = {}) {
    const values = {
        link: 'no_wifi',
        wifi_state: 'off',
        wifi_ssid: '',
        ip: '',
        url: '',
        ...attributes,
    };
    const limit = { timeout_ms: 60000 };
    return device('saber', {
        name: 'Saber',
        kind: 'wifi-debug-camera',
        driver: 'wifi-debug-camera',
        camera: true,
        channel: 9,
        attributes: {
            ...Object.fromEntries(Object.entries(values).map(([k, v]) => [k, attribute(v)])),
        },
        commands: {
            wifi_configure: command(
                'Tells the camera its network, over Bluetooth',
                [
                    row('ssid', 'string', {
                        required: true,
                        min: 1,
                        max: 32,
                        help: 'Name of the network, of 2.4 GHz',
                    }),
                    row('password', 'string', {
                        max: 64,
                        secret: true,
                        default: '',
                        help: '8 to 63 characters; empty: an open network',
                    }),
                    row('allow_unencrypted', 'bool', { default: false }),
                ],
                limit,
            ),
            wifi_enable: command('The camera joins the network', [], limit),
            wifi_disable: command('The camera leaves the network', [], limit),
            wifi_status: command('Asks the camera about its network', [], limit),
            snapshot: command('Keeps a picture that the camera takes for it'),
        },
        ...more,
    });
}

/** Attributes of one that is in a network. */
export const JOINED = {
    link: 'idle',
    wifi_state: 'connected',
    wifi_ssid: SSID,
    ip: '192.168.1.77',
    url: 'http://192.168.1.77',
    wifi_rssi_dbm: -58,
};

/** What the camera does when it is told something. `secure`: it encrypts the link for a password. */
export class FakeWifi {
    secure = true;
    joinMs = 200;
    /** Why it does not join; '': it does. */
    reason = '';
    /** What it was told by wifi_configure, in order. */
    told = [];
    #gateway;

    constructor(gateway) {
        this.#gateway = gateway;
        Object.assign(gateway.commands, {
            wifi_configure: (args) => this.#configure(args),
            wifi_enable: () => this.#join(),
            wifi_disable: () => this.#tell({ link: 'no_wifi', wifi_state: 'off', ip: '', url: '' }),
            wifi_status: () => this.#status(),
        });
    }

    get #ssid() {
        return this.told.at(-1)?.ssid ?? SSID;
    }

    #configure(args) {
        if (args.password && args.password.length < 8)
            throw new Refusal(
                422,
                'Unprocessable Content',
                'password: expected 8 to 63 characters, or 64 hexadecimal digits',
            );
        if (args.password && !this.secure && !args.allow_unencrypted)
            throw new Refusal(
                422,
                'Unprocessable Content',
                'The password was not sent: this camera takes it over an open link. With allow_unencrypted it is sent nevertheless',
            );
        this.told.push(args);
        return this.#status();
    }

    async #join() {
        this.#tell({ link: 'joining', wifi_state: 'connecting', wifi_ssid: this.#ssid });
        await new Promise((resolve) => setTimeout(resolve, this.joinMs));
        const failed = { link: 'no_wifi', wifi_state: 'failed' };
        return this.#tell(this.reason ? failed : { ...JOINED, wifi_ssid: this.#ssid });
    }

    #tell(values) {
        const saber = this.#gateway.devices.get('saber');
        const attributes = { ...saber.attributes };
        for (const [key, value] of Object.entries(values)) attributes[key] = attribute(value);
        this.#gateway.change('saber', { attributes }, 'device.changed');
        return this.#status();
    }

    #status() {
        const of = (key) => this.#gateway.devices.get('saber').attributes[key]?.value;
        const state = of('wifi_state');
        return {
            enabled: state !== 'off',
            connected: state === 'connected',
            state,
            reason: state === 'failed' ? this.reason : '',
            ssid: of('wifi_ssid'),
            ip: of('ip'),
            url: of('url'),
            rssi_dbm: of('wifi_rssi_dbm') ?? null,
        };
    }
}
