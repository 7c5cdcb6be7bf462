package envelope

import "testing"

func TestRecordTime_unitsAreToldByTheirSize(t *testing.T) {
	const want = 1795422457123000
	for _, s := range []string{
		"2026-11-23T08:27:37.123Z", "2026-11-23T08:27:37.123000000+00:00", "2026-11-23T09:27:37.123+0100", "2026-11-23T09:27:37,123+01", "2026-11-23 08:27:37.123",
		"2026-11-23 08:27:37.123 UTC", "1795422457.123", "1795422457123", "1795422457123000", "1795422457123000000",
	} {
		if us, ok := recordTime(english{}, []byte(s)); !ok || us != want {
			t.Errorf("%s: %d, %v", s, us, ok)
		}
	}
	for _, s := range []string{"", "x", "12", "2026-11-23", "2026-13-45T99:99:99Z", "17954224571x", "99999999999999999999"} {
		if us, ok := recordTime(english{}, []byte(s)); ok {
			t.Errorf("%q is read as %d", s, us)
		}
	}
}
