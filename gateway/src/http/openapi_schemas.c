/* openapi_schemas.c - what the routes take and give, as JSON Schema. Those of drivers are made of their tables. */
#include "http/openapi.h"

#define REF "{\"$ref\":\"#/components/schemas/"
#define LIST(item)                                                                                 \
    "{\"type\":\"object\",\"required\":[\"items\",\"next\"],\"properties\":{\"items\":{\"type\":"  \
    "\"array\",\"items\":" item "},\"next\":{\"type\":[\"string\",\"null\"]}}}"
#define TEXT "{\"type\":\"string\"}"
#define TEXT_OR_NULL "{\"type\":[\"string\",\"null\"]}"
#define INT "{\"type\":\"integer\"}"
#define INT_OR_NULL "{\"type\":[\"integer\",\"null\"]}"
#define NUMBER "{\"type\":\"number\"}"
#define BOOL "{\"type\":\"boolean\"}"
#define TIME "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define DEGREES "{\"type\":[\"number\",\"null\"]}"
#define ANY "{}"
#define LINK                                                                                       \
    "{\"type\":[\"object\",\"null\"],\"description\":\"its Bluetooth link; null: it has "          \
    "none\",\"properties\":{\"address\":" TEXT ",\"adapter\":" TEXT_OR_NULL                        \
    ",\"rssi_dbm\":" INT_OR_NULL ",\"mtu\":" INT ",\"bytes_per_s\":" INT ",\"bytes\":" INT         \
    ",\"notifications\":" INT ",\"retries\":" INT "}}"
#define BLUETOOTH                                                                                  \
    "{\"type\":\"object\",\"properties\":{\"ready\":" BOOL ",\"why\":" TEXT_OR_NULL                \
    ",\"adapters\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"            \
    "\"name\":" TEXT ",\"address\":" TEXT_OR_NULL ",\"powered\":" BOOL ",\"used\":" BOOL           \
    ",\"scanning\":" BOOL ",\"links\":" INT "}}}}}"
#define MDNS                                                                                       \
    "{\"type\":\"object\",\"properties\":{\"ready\":" BOOL ",\"why\":" TEXT_OR_NULL                \
    ",\"services\":" INT "}}"
#define OBJECT "{\"type\":\"object\"}"

const struct openapi_schema openapi_schemas[] = {
    {"Problem",
        "{\"type\":\"object\",\"description\":\"RFC "
        "9457\",\"required\":[\"type\",\"title\",\"status\",\"detail\"],\"properties\":{"
        "\"type\":" TEXT ",\"title\":" TEXT ",\"status\":" INT ",\"detail\":" TEXT "}}"},
    {"Device",
        "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"state\",\"camera\",\"enabled\","
        "\"attributes\",\"settings\",\"commands\"],\"properties\":{\"id\":" TEXT ",\"name\":" TEXT
        ",\"kind\":" TEXT_OR_NULL ",\"driver\":" TEXT
        ",\"state\":{\"enum\":[\"disabled\",\"starting\",\"online\",\"offline\",\"error\"]},"
        "\"why\":" TEXT_OR_NULL ",\"parent\":" TEXT_OR_NULL
        ",\"channel\":{\"type\":[\"integer\",\"null\"]},\"camera\":" BOOL ",\"overlay\":" BOOL
        ",\"flow\":{\"enum\":[\"off\",\"on\",\"device\",null],\"description\":\"who looks for "
        "motion in a camera's pictures; null: it is no camera\"},\"enabled\":" BOOL
        ",\"link\":" LINK
        ",\"owner\":{\"enum\":[\"config\",\"database\",\"driver\",\"parent\"]},\"fixed\":{"
        "\"type\":\"array\",\"items\":{\"enum\":[\"name\",\"enabled\",\"options\",\"flow\"]},"
        "\"description\":\"what cannot be changed here, for it stands in the configuration file "
        "or there is none\"},\"options\":{"
        "\"type\":\"object\",\"additionalProperties\":" REF "Option\"}},\"attributes\":{"
        "\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\",\"properties\":{"
        "\"value\":" ANY ",\"unit\":" TEXT_OR_NULL ",\"help\":" TEXT_OR_NULL ",\"time\":" TIME
        "}}},\"settings\":{\"type\":\"object\",\"additionalProperties\":" REF
        "Setting\"}},\"commands\":{\"type\":\"object\",\"additionalProperties\":" REF
        "Command\"}},\"last_seen\":" TIME "}}"},
    {"Option",
        "{\"type\":\"object\",\"properties\":{\"type\":" TEXT ",\"unit\":" TEXT_OR_NULL
        ",\"default\":" ANY ",\"min\":" ANY ",\"max\":" ANY
        ",\"choices\":{\"type\":[\"array\",\"null\"]},\"required\":" BOOL ",\"secret\":" BOOL
        ",\"unreadable\":" BOOL
        ",\"format\":{\"enum\":[\"host\",\"bluetooth-address\",null]},\"help\":" TEXT_OR_NULL
        ",\"value\":" ANY ",\"owner\":{\"enum\":[\"config\",\"database\",\"default\"]}}}"},
    {"Setting",
        "{\"type\":\"object\",\"properties\":{\"type\":" TEXT ",\"unit\":" TEXT_OR_NULL
        ",\"default\":" ANY ",\"min\":" ANY ",\"max\":" ANY
        ",\"choices\":{\"type\":[\"array\",\"null\"]},\"required\":" BOOL ",\"secret\":" BOOL
        ",\"unreadable\":" BOOL
        ",\"format\":{\"enum\":[\"host\",\"bluetooth-address\",null]},\"help\":" TEXT_OR_NULL
        ",\"desired\":" ANY ",\"reported\":" ANY ",\"pending\":" BOOL ",\"error\":" TEXT_OR_NULL
        ",\"owner\":" TEXT "}}"},
    {"Command",
        "{\"type\":\"object\",\"properties\":{\"help\":" TEXT_OR_NULL ",\"timeout_ms\":" INT
        ",\"exclusive\":" BOOL ",\"role\":{\"enum\":[\"viewer\",\"operator\",\"admin\"]},\"args\":{"
        "\"type\":\"array\",\"items\":" OBJECT "}}}"},
    {"DeviceList", LIST(REF "Device\"}")},
    {"Overlay",
        "{\"type\":\"object\",\"description\":\"what is at its default is left out; vectors are px "
        "per "
        "frame, right and down positive\",\"properties\":{\"seq\":" INT ",\"captured_at\":" TIME
        ",\"active\":" BOOL ",\"intensity\":" INT ",\"speed\":" NUMBER ",\"speedPxS\":" NUMBER
        ",\"direction\":" TEXT ",\"gesture\":" TEXT ",\"confidence\":" INT ",\"activeBlocks\":" INT
        ",\"brightness\":" INT ",\"frameWidth\":" INT ",\"frameHeight\":" INT ",\"blockSize\":" INT
        ",\"gridCols\":" INT ",\"gridRows\":" INT ",\"gridX\":" INT ",\"gridY\":" INT
        ",\"blocks\":{\"type\":\"array\",\"items\":{"
        "\"type\":\"object\",\"properties\":{\"row\":" INT ",\"col\":" INT ",\"x\":" INT
        ",\"y\":" INT ",\"dx\":" NUMBER ",\"dy\":" NUMBER ",\"confidence\":" INT ",\"valid\":" BOOL
        "}}},\"centre\":" OBJECT ",\"trajectory\":{\"type\":\"array\",\"description\":\"oldest "
        "first; as many as a text of 2 "
        "kB has room for\",\"maxItems\":20,\"items\":" OBJECT "}}}"},
    {"NewDevice",
        "{\"type\":\"object\",\"required\":[\"driver\"],\"additionalProperties\":false,"
        "\"properties\":{\"id\":" TEXT ",\"name\":" TEXT ",\"driver\":" TEXT ",\"options\":" OBJECT
        "}}"},
    {"DeviceChange",
        "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"name\":" TEXT
        ",\"enabled\":" BOOL
        ",\"flow\":{\"enum\":[\"off\",\"on\",\"device\"],\"description\":\"of a camera\"},"
        "\"settings\":{\"type\":\"object\",\"description\":\"key to value; "
        "null: nothing desired any more\"},\"options\":{\"type\":\"object\",\"description\":\"key "
        "to "
        "value; null: the default; what is not named stays\"}}}"},
    {"CommandArguments",
        "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"args\":" OBJECT
        "}}"},
    {"CommandResult",
        "{\"type\":\"object\",\"required\":[\"result\"],\"properties\":{\"result\":" ANY "}}"},
    {"Found",
        "{\"type\":\"object\",\"properties\":{\"id\":" TEXT ",\"bus\":" TEXT ",\"address\":" TEXT
        ",\"name\":" TEXT ",\"driver\":" TEXT ",\"first_seen\":" TIME ",\"last_seen\":" TIME
        ",\"properties\":{\"type\":\"array\",\"items\":" OBJECT "}}}"},
    {"FoundList", LIST(REF "Found\"}")},
    {"Adoption", "{\"type\":\"object\",\"properties\":{\"name\":" TEXT ",\"options\":" OBJECT "}}"},
    {"Capture",
        "{\"type\":\"object\",\"properties\":{\"id\":" INT ",\"device\":" TEXT
        ",\"captured_at\":" TIME ",\"received_at\":" TIME ",\"width\":" INT ",\"height\":" INT
        ",\"bytes\":" INT ",\"sound\":" INT_OR_NULL ",\"sha256\":" TEXT ",\"source\":" TEXT
        ",\"key\":" TEXT_OR_NULL ",\"pinned\":" BOOL ",\"latitude\":" DEGREES
        ",\"longitude\":" DEGREES "}}"},
    {"CaptureList", LIST(REF "Capture\"}")},
    {"CaptureChange",
        "{\"type\":\"object\",\"required\":[\"pinned\"],\"additionalProperties\":false,"
        "\"properties\":{\"pinned\":" BOOL "}}"},
    {"Event",
        "{\"type\":\"object\",\"properties\":{\"id\":" INT ",\"time\":" TIME ",\"device\":" TEXT
        ",\"type\":" TEXT ",\"data\":" OBJECT "}}"},
    {"EventList", LIST(REF "Event\"}")},
    {"Plugin",
        "{\"type\":\"object\",\"properties\":{\"name\":" TEXT_OR_NULL ",\"file\":" TEXT
        ",\"version\":" TEXT_OR_NULL ",\"summary\":" TEXT_OR_NULL
        ",\"state\":{\"enum\":[\"loaded\",\"refused\"]},\"why\":" TEXT_OR_NULL
        ",\"options\":{\"type\":\"array\",\"items\":" OBJECT "}}}"},
    {"PluginList", LIST(REF "Plugin\"}")},
    {"Info",
        "{\"type\":\"object\",\"properties\":{\"version\":" TEXT ",\"boot_id\":" TEXT
        ",\"time\":" TIME ",\"uptime_s\":" INT ",\"driver_abi\":" INT ",\"host\":" TEXT
        ",\"machine\":" TEXT ",\"storage\":" OBJECT ",\"bluetooth\":" BLUETOOTH ",\"mdns\":" MDNS
        "}}"},
    {"Ready",
        "{\"type\":\"object\",\"properties\":{\"ready\":" BOOL
        ",\"checks\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
        "\"name\":" TEXT ",\"ok\":" BOOL ",\"detail\":" TEXT "}}}}}"},
    {"OpenApi", OBJECT},
    {0},
};
